-- The audit log. What happens is written down in the transaction in which it happens; the sequencer then
-- gives each entry its place and signs for it. Hashes are 64 hex digits.

-- Written down, without a place yet.
CREATE TABLE audit_waiting (
    id           TEXT   NOT NULL PRIMARY KEY, -- UUID of version 7: the order in which places are given
    tenant       TEXT   NOT NULL,
    examination  TEXT   NOT NULL, -- id; empty for what concerns all
    entry        TEXT   NOT NULL  -- canonical JSON, as it is hashed
);

CREATE TABLE audit_entries (
    entry_index  BIGINT NOT NULL PRIMARY KEY, -- from 0, without gaps
    tenant       TEXT   NOT NULL,
    examination  TEXT   NOT NULL,
    entry        TEXT   NOT NULL
);
CREATE INDEX audit_entries_by_examination ON audit_entries (tenant, examination, entry_index);

-- Hashes of the entries and of every complete subtree over them, in the order of their making.
CREATE TABLE audit_hashes (
    position     BIGINT NOT NULL PRIMARY KEY, -- from 0, without gaps
    hash         TEXT   NOT NULL
);

-- What was signed: one for each batch of entries.
CREATE TABLE audit_checkpoints (
    size         BIGINT NOT NULL PRIMARY KEY, -- entries of the log
    note         TEXT   NOT NULL              -- signed note
);

-- Who gives places: one process at a time. The row is locked, and the owner compared, in the transaction
-- that gives the places; so a process whose turn is over can give none.
CREATE TABLE audit_sequencer (
    name         TEXT   NOT NULL PRIMARY KEY,
    owner        TEXT   NOT NULL,
    lease_until  BIGINT NOT NULL  -- by the clock of the database
);

-- What the last result was made with, to notice a change.
CREATE TABLE audit_artefacts (
    name         TEXT   NOT NULL PRIMARY KEY,
    artefacts    TEXT   NOT NULL  -- canonical JSON
);
