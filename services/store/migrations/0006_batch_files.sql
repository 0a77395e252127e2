-- Which stored files the documents of an archive need, so that none is let go before they are examined.
CREATE TABLE batch_files (
    digest    TEXT   NOT NULL,
    tenant    TEXT   NOT NULL,
    batch     TEXT   NOT NULL,
    position  BIGINT NOT NULL, -- of the document
    PRIMARY KEY (digest, tenant, batch, position)
);
