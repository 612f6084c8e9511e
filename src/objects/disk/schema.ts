/**
 * Tables of the disk driver. Keys are BLOBs so that they compare byte by byte, as S3 orders them, whatever is in
 * them. `content` is the id of an object's bytes: of its one blob, or of the upload it was completed from, whose
 * parts are then the rows of `objects_part` with that owner.
 */
export const MIGRATIONS = [
  `
CREATE TABLE objects_bucket (generation TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE objects_object (
  bucket TEXT NOT NULL, key BLOB NOT NULL, content TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
  modified_ms INTEGER NOT NULL, part_count INTEGER, attributes TEXT NOT NULL,
  PRIMARY KEY (bucket, key)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX objects_object_content ON objects_object (content);
CREATE TABLE objects_upload (
  id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, initiated_ms INTEGER NOT NULL,
  revision INTEGER NOT NULL, attributes TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX objects_upload_key ON objects_upload (bucket, key, id);
CREATE TABLE objects_part (
  owner TEXT NOT NULL, number INTEGER NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
  modified_ms INTEGER NOT NULL, checksums TEXT NOT NULL,
  PRIMARY KEY (owner, number)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX objects_part_blob ON objects_part (blob);
CREATE TABLE objects_guard (one INTEGER PRIMARY KEY) STRICT;
INSERT INTO objects_guard VALUES (1);
`,
];
