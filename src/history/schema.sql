-- What `davy trend` keeps of a project's history, version 1. Git is the truth: the file can be removed at any time.

-- What the history was counted with; of another davy, configuration or choice of commits nothing is taken over.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- The commits that were looked at, along first parents.
CREATE TABLE commits (
    point INTEGER PRIMARY KEY,      -- 0 is the oldest
    id TEXT NOT NULL UNIQUE,        -- the object's name, whole
    author TEXT NOT NULL,           -- by `.mailmap`
    time INTEGER NOT NULL,          -- the committer's clock, in seconds since 1970
    day TEXT NOT NULL,              -- the same in UTC: 2027-03-01
    subject TEXT NOT NULL,
    files INTEGER NOT NULL          -- that are checked
);

-- Every finding that any of them has, as it was last.
CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    rule TEXT NOT NULL,             -- DTM001
    family TEXT NOT NULL,           -- datetime
    severity TEXT NOT NULL,         -- error, warning or note
    path TEXT NOT NULL,
    scope TEXT NOT NULL,            -- the function or class around it
    minutes INTEGER NOT NULL,       -- what a person needs to mend it
    born INTEGER NOT NULL REFERENCES commits,
    died INTEGER REFERENCES commits, -- the first commit without it; none while it is alive
    origin TEXT NOT NULL,           -- the commit that it came with: that of `born`, or one before it, maybe of a branch
    author TEXT NOT NULL,           -- who wrote that
    time INTEGER NOT NULL,          -- when, in seconds since 1970
    subject TEXT NOT NULL
);

-- How a finding looked, whenever that changed.
CREATE TABLE sightings (
    finding INTEGER NOT NULL REFERENCES findings,
    since INTEGER NOT NULL REFERENCES commits,
    severity TEXT NOT NULL,
    path TEXT NOT NULL,
    scope TEXT NOT NULL,
    content TEXT NOT NULL,          -- its line, secrets hidden
    ordinal INTEGER NOT NULL,       -- how many before it are the same in all of this
    place INTEGER NOT NULL,         -- how many stand before it in the file
    PRIMARY KEY (finding, since)
) WITHOUT ROWID;

-- How many findings there were at the end of each day that has a commit.
CREATE TABLE days (
    day TEXT NOT NULL,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,
    findings INTEGER NOT NULL,
    PRIMARY KEY (day, rule, severity)
) WITHOUT ROWID;

-- How many commits changed a file, up to each commit that was looked at, from the one before it.
CREATE TABLE churn (
    point INTEGER NOT NULL REFERENCES commits,
    path TEXT NOT NULL,
    commits INTEGER NOT NULL,
    PRIMARY KEY (point, path)
) WITHOUT ROWID;

-- Objects that the clone does not have.
CREATE TABLE missing (
    point INTEGER NOT NULL REFERENCES commits,
    object TEXT PRIMARY KEY
) WITHOUT ROWID;

-- Which configuration the files of each folder were looked at with, as a hash.
CREATE TABLE folders (
    folder TEXT PRIMARY KEY,
    configuration TEXT NOT NULL
) WITHOUT ROWID;

-- What is alive, with the commit that it came with.
CREATE VIEW alive AS
SELECT id, rule, family, severity, path, scope, minutes, origin, author, date(time, 'unixepoch') AS day
FROM findings
WHERE died IS NULL;
