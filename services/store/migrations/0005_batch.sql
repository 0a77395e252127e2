-- Archives that are examined document by document, by any number of workers.
CREATE TABLE batches (
    tenant      TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    manifest    TEXT   NOT NULL, -- digest of the manifest
    documents   BIGINT,          -- how many, once all are entered
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- A document of an archive: its files and its declaration. It is the work queue too, as `examinations` is.
CREATE TABLE batch_documents (
    tenant        TEXT   NOT NULL,
    batch         TEXT   NOT NULL,
    position      BIGINT NOT NULL, -- in the manifest, from 0
    document_id   TEXT   NOT NULL,
    state         TEXT   NOT NULL, -- PENDING, RUNNING, EXAMINED or FAILED
    attempts      BIGINT NOT NULL, -- how often a worker took it up
    owner         TEXT,            -- once taken up
    lease_until   BIGINT,          -- while RUNNING; by the clock of the database
    pages         BIGINT,          -- once EXAMINED
    pages_failed  BIGINT,          -- once EXAMINED
    failure_class TEXT,            -- once FAILED
    failure       TEXT,            -- once FAILED
    finished_at   BIGINT,
    task          TEXT   NOT NULL, -- versioned JSON
    result        TEXT,            -- versioned JSON, deflated, as base64; once EXAMINED
    PRIMARY KEY (tenant, batch, position)
);
CREATE INDEX batch_documents_by_state ON batch_documents (tenant, batch, state, attempts, position);
