-- The same layout as the embedded store's, with one difference: where a conversation's logs end and
-- what was said last stand in its own row, so that the lock on the row is the lock on its next
-- position.

CREATE TABLE meta (
  key text PRIMARY KEY,
  value bytea NOT NULL
);

CREATE TABLE sites (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  origins text NOT NULL,              -- JSON array of origins
  offer_ms bigint NOT NULL,
  grace_ms bigint NOT NULL,
  reopen_ms bigint NOT NULL,
  callback_ahead_ms bigint NOT NULL
);

CREATE TABLE agents (
  id uuid PRIMARY KEY,
  site uuid NOT NULL REFERENCES sites(id),
  name text NOT NULL,
  bot boolean NOT NULL,
  email text NOT NULL,
  password_hash text NOT NULL,
  capacity integer NOT NULL,
  availability smallint NOT NULL DEFAULT 2,
  gone_since bigint DEFAULT 0,        -- NULL while a socket is open
  idle_since bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
-- "C": ASCII letters alone are folded, whatever the database's locale.
CREATE UNIQUE INDEX agents_by_email ON agents (lower(email COLLATE "C"));
CREATE INDEX agents_by_site ON agents (site);

CREATE TABLE sessions (
  token_hash bytea PRIMARY KEY,
  agent uuid NOT NULL REFERENCES agents(id),
  expires_at bigint NOT NULL
);

CREATE TABLE contacts (
  id uuid PRIMARY KEY,
  site uuid NOT NULL REFERENCES sites(id),
  name text NOT NULL,
  locale text NOT NULL,
  page_url text,
  page_title text,
  latest uuid                         -- the conversation begun last
) WITH (fillfactor = 80);

CREATE TABLE conversations (
  id uuid PRIMARY KEY,
  site uuid NOT NULL REFERENCES sites(id),
  contact uuid NOT NULL REFERENCES contacts(id),
  status smallint NOT NULL,           -- 0 waiting, 1 offered, 2 assigned, 3 resolved
  since bigint NOT NULL,              -- waits since, assigned since, resolved at
  agent uuid,                         -- offered to, owned by
  until bigint,                       -- the offer ends
  front boolean NOT NULL,
  passed text NOT NULL,               -- JSON array of [agent, when]
  issue text NOT NULL,
  head bigint NOT NULL,               -- the end of the staff's log
  public_head bigint NOT NULL,        -- the end of the visitor's log
  last_text text NOT NULL,
  last_at bigint NOT NULL,
  visitor_read bigint NOT NULL,
  staff_read bigint NOT NULL
) WITH (fillfactor = 80);             -- a message changes no indexed column: room for the new version on the same page
CREATE INDEX conversations_open ON conversations (site, status, front DESC, since) WHERE status < 3;
CREATE INDEX conversations_owned ON conversations (agent) WHERE status = 2;
CREATE INDEX conversations_resolved ON conversations (site, since) WHERE status = 3;

-- No foreign key: whoever appends holds the lock on the conversation, and a check a row would
-- double the cost of appending.
CREATE TABLE entries (
  conversation uuid NOT NULL,
  seq bigint NOT NULL,
  public_seq bigint,                  -- NULL: for staff alone
  at bigint NOT NULL,
  command uuid,                       -- the command that wrote it, on the first entry it wrote
  actor uuid,                         -- whose command
  body text NOT NULL,                 -- JSON of PublicBody or StaffBody; jsonb refuses a NUL that somebody typed
  PRIMARY KEY (conversation, seq)
);
CREATE UNIQUE INDEX entries_by_command ON entries (command) WHERE command IS NOT NULL;

CREATE TABLE deeds (
  command uuid PRIMARY KEY,           -- a command that leaves no entry
  agent uuid NOT NULL REFERENCES agents(id),
  at bigint NOT NULL
);

CREATE TABLE refusals (
  command uuid NOT NULL,              -- a command that was refused for good: the latest ones
  actor uuid NOT NULL,
  code text NOT NULL,                 -- JSON of RefusalCode
  number bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (command, actor)
);
CREATE UNIQUE INDEX refusals_by_age ON refusals (number);

CREATE TABLE callbacks (
  id uuid PRIMARY KEY,                -- the bits of the command that asked for it
  site uuid NOT NULL REFERENCES sites(id),
  contact uuid NOT NULL REFERENCES contacts(id),
  conversation uuid,
  requested_at bigint NOT NULL,
  phone text NOT NULL,
  form text NOT NULL,                 -- JSON of CallbackForm
  closed_by uuid,                     -- NULL: open
  closed_at bigint,
  disposition text,
  note text
);
CREATE UNIQUE INDEX callbacks_one_open ON callbacks (site, phone) WHERE closed_by IS NULL;
CREATE INDEX callbacks_closed ON callbacks (site, closed_at) WHERE closed_by IS NOT NULL;
