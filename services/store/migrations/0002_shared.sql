-- Many processes on one database: a running examination belongs to the owner of its lease.
ALTER TABLE examinations ADD COLUMN owner TEXT;         -- once taken up
ALTER TABLE examinations ADD COLUMN lease_until BIGINT; -- while RUNNING; by the clock of the database
UPDATE examinations SET lease_until = 0 WHERE state = 'RUNNING';
CREATE INDEX examinations_by_lease ON examinations (state, lease_until);

-- Retention removes the content of a file and keeps its row.
ALTER TABLE files ADD COLUMN expired_at BIGINT;
CREATE INDEX files_by_digest ON files (digest);

-- What was read from a page, so that examining it again needs no OCR. Of any tenant: the key is the content.
CREATE TABLE readings (
    digest      TEXT   NOT NULL, -- of the file, sha256:<64 hex digits>
    page        BIGINT NOT NULL, -- from 1
    reader      TEXT   NOT NULL, -- digest of engine, models and settings
    reading     TEXT   NOT NULL, -- versioned JSON, deflated, as base64
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (digest, page, reader)
);
