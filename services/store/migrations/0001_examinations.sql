-- Portable column types only (BIGINT, TEXT): the same statements run on SQLite and on PostgreSQL.
-- Times are microseconds since 1970-01-01T00:00:00Z. Ids are UUIDs of version 7 as text, so their
-- order is that of creation.

-- Files that a tenant has stored; the bytes lie in the blob store under their digest.
CREATE TABLE files (
    tenant      TEXT   NOT NULL,
    digest      TEXT   NOT NULL, -- sha256:<64 hex digits>
    name        TEXT   NOT NULL, -- as first submitted
    size_bytes  BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, digest)
);

-- Answers to calls that carried a request id.
CREATE TABLE requests (
    tenant       TEXT   NOT NULL,
    request_id   TEXT   NOT NULL,
    body_digest  TEXT   NOT NULL, -- over the content of the call
    answer_id    TEXT   NOT NULL, -- id of the examination, or digest of the file
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (tenant, request_id)
);

-- One row for each submission. It is the work queue too: PENDING rows wait for a worker.
CREATE TABLE examinations (
    tenant          TEXT   NOT NULL,
    id              TEXT   NOT NULL,
    declaration_id  TEXT   NOT NULL, -- empty without a declaration
    state           TEXT   NOT NULL, -- PENDING, RUNNING, EXAMINED or FAILED
    attempts        BIGINT NOT NULL, -- how often a worker took it up
    submission      TEXT   NOT NULL, -- versioned JSON
    result          TEXT,            -- versioned JSON, once EXAMINED
    failure         TEXT,            -- once FAILED
    created_at      BIGINT NOT NULL,
    started_at      BIGINT,
    finished_at     BIGINT,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX examinations_by_declaration ON examinations (tenant, declaration_id, id);
CREATE INDEX examinations_by_state ON examinations (state, id);

-- The files of a submission in their order; also the history of who has used a file before.
CREATE TABLE examination_files (
    tenant          TEXT   NOT NULL,
    examination_id  TEXT   NOT NULL,
    position        BIGINT NOT NULL, -- from 0
    digest          TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    PRIMARY KEY (tenant, examination_id, position)
);
CREATE INDEX examination_files_by_digest ON examination_files (tenant, digest);

-- The findings of finished examinations, to be counted and searched; the full ones are in `result`.
CREATE TABLE findings (
    tenant          TEXT   NOT NULL,
    examination_id  TEXT   NOT NULL,
    position        BIGINT NOT NULL, -- from 0
    rule_id         TEXT   NOT NULL,
    outcome         TEXT   NOT NULL,
    severity        TEXT   NOT NULL,
    PRIMARY KEY (tenant, examination_id, position)
);
CREATE INDEX findings_by_rule ON findings (tenant, rule_id, outcome);

-- What happened during an examination, for those who watch it.
CREATE TABLE events (
    tenant          TEXT   NOT NULL,
    examination_id  TEXT   NOT NULL,
    sequence        BIGINT NOT NULL, -- from 1
    event           TEXT   NOT NULL, -- JSON
    PRIMARY KEY (tenant, examination_id, sequence)
);
