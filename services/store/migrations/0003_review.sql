-- The officers' queue, what officers said, and what goes out because of it. Portable column types only.
-- Times are microseconds since 1970 by the clock of the database.

-- One row for each piece of work of an office.
CREATE TABLE review_tasks (
    tenant           TEXT   NOT NULL,
    id               TEXT   NOT NULL, -- UUID of version 7
    examination_id   TEXT   NOT NULL,
    declaration_id   TEXT   NOT NULL, -- empty without a declaration
    office           TEXT   NOT NULL,
    state            TEXT   NOT NULL, -- OPEN, CLAIMED or DECIDED
    urgency          BIGINT NOT NULL, -- 100 less the priority, so that all of the queue's order ascends
    due_at           BIGINT NOT NULL,
    severity         BIGINT NOT NULL, -- 1 LOW, 2 MEDIUM, 3 HIGH
    plan             TEXT   NOT NULL, -- versioned JSON: findings, reason, problem
    version          BIGINT NOT NULL, -- rises with every change but a longer lease
    created_at       BIGINT NOT NULL,
    changed_at       BIGINT NOT NULL, -- rises with every version, whatever the clock does
    worker           TEXT,            -- while CLAIMED
    claim_id         TEXT,            -- of the call that claimed it
    lease_until      BIGINT,          -- while CLAIMED
    officers_needed  BIGINT NOT NULL, -- in all
    verdicts         TEXT,            -- versioned JSON, once DECIDED
    decided_at       BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX review_tasks_queue ON review_tasks (tenant, urgency, due_at, id) WHERE state <> 'DECIDED';
CREATE INDEX review_tasks_leases ON review_tasks (lease_until) WHERE state = 'CLAIMED';
CREATE INDEX review_tasks_decided ON review_tasks (tenant, decided_at, id) WHERE state = 'DECIDED';
CREATE INDEX review_tasks_by_examination ON review_tasks (tenant, examination_id);

-- What tasks are searched by: the rules of their findings and the HS chapters of their goods.
CREATE TABLE review_labels (
    tenant   TEXT NOT NULL,
    task_id  TEXT NOT NULL,
    kind     TEXT NOT NULL, -- RULE or CHAPTER
    value    TEXT NOT NULL,
    PRIMARY KEY (tenant, task_id, kind, value)
);

-- What each officer said, in the order in which they spoke.
CREATE TABLE review_decisions (
    tenant      TEXT   NOT NULL,
    task_id     TEXT   NOT NULL,
    number      BIGINT NOT NULL, -- from 1
    officer     TEXT   NOT NULL,
    decision    TEXT   NOT NULL, -- versioned JSON
    decided_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, task_id, number)
);

-- What stands on the paper, as officers said. Of a file, so that it is found again when the file is
-- examined again; never changed, the last one counts.
CREATE TABLE corrections (
    tenant          TEXT   NOT NULL,
    id              TEXT   NOT NULL, -- UUID of version 7
    file_digest     TEXT   NOT NULL,
    page            BIGINT NOT NULL, -- from 1
    field           TEXT   NOT NULL,
    value           TEXT   NOT NULL,
    read_value      TEXT,            -- as it was read then; absent if it was not
    anchor          TEXT   NOT NULL, -- JSON
    officer         TEXT   NOT NULL,
    task_id         TEXT   NOT NULL,
    examination_id  TEXT   NOT NULL,
    document        TEXT   NOT NULL, -- id in that examination
    decided_at      BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX corrections_by_file ON corrections (tenant, file_digest, page);

-- How the findings of each examination were sorted: what was put before officers and what was not.
CREATE TABLE review_triage (
    tenant          TEXT   NOT NULL,
    examination_id  TEXT   NOT NULL,
    triage          TEXT   NOT NULL, -- versioned JSON
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (tenant, examination_id)
);
CREATE INDEX review_triage_by_time ON review_triage (tenant, created_at, examination_id);

-- Every change of a task, for those who watch. Rows get their position after they are committed: a
-- position that was given before could be seen before a smaller one.
CREATE TABLE review_changes (
    tenant      TEXT   NOT NULL,
    task_id     TEXT   NOT NULL,
    version     BIGINT NOT NULL, -- of the task after the change
    what        TEXT   NOT NULL, -- CREATED, CLAIMED, RELEASED, LAPSED, REFERRED or DECIDED
    office      TEXT   NOT NULL,
    worker      TEXT,
    changed_at  BIGINT NOT NULL,
    position    BIGINT,          -- from 1, without gaps within a tenant
    PRIMARY KEY (tenant, task_id, version)
);
CREATE UNIQUE INDEX review_changes_by_position ON review_changes (tenant, position);
CREATE INDEX review_changes_without_position ON review_changes (tenant, changed_at) WHERE position IS NULL;

-- The last position given, by tenant.
CREATE TABLE review_positions (
    tenant  TEXT   NOT NULL PRIMARY KEY,
    last    BIGINT NOT NULL
);

-- Events on their way out. A row is written with what it tells and marked once its receiver has it.
CREATE TABLE outbox (
    id            TEXT   NOT NULL PRIMARY KEY, -- UUID of version 7: the id of the event, the same at every attempt
    tenant        TEXT   NOT NULL,
    event         TEXT   NOT NULL, -- CloudEvents 1.0 as JSON
    created_at    BIGINT NOT NULL,
    attempts      BIGINT NOT NULL,
    problem       TEXT,            -- of the last attempt
    delivered_at  BIGINT
);
CREATE INDEX outbox_waiting ON outbox (created_at, id) WHERE delivered_at IS NULL;

-- Work that one process at a time does.
CREATE TABLE duties (
    name   TEXT   NOT NULL PRIMARY KEY,
    owner  TEXT   NOT NULL,
    until  BIGINT NOT NULL
);
