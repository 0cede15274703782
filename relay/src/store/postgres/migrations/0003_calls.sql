-- Calls: how a site makes them, who takes them, and what becomes of each.
ALTER TABLE sites ADD COLUMN calls text;                            -- JSON of CallPolicy; NULL: as by default
ALTER TABLE conversations ADD COLUMN talk text;                     -- JSON of Talk; NULL: nothing yet
ALTER TABLE agents ADD COLUMN takes_calls boolean NOT NULL DEFAULT true;
ALTER TABLE agents ADD COLUMN phone text NOT NULL DEFAULT '';       -- a sip: address
ALTER TABLE agents ADD COLUMN headset boolean NOT NULL DEFAULT false;
ALTER TABLE agents ADD COLUMN called_at bigint NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN on_call smallint NOT NULL DEFAULT 0;  -- 1: by phone, 2: in the browser, 3: both
ALTER TABLE agents ADD COLUMN skills text NOT NULL DEFAULT '{}';    -- JSON of Skills

-- A request from before has no life; what its own columns say stands for one.
ALTER TABLE callbacks ADD COLUMN life text;                         -- JSON of Life
ALTER TABLE callbacks ADD COLUMN ended_at bigint;                   -- NULL: open
UPDATE callbacks SET ended_at = closed_at;
DROP INDEX callbacks_one_open;
DROP INDEX callbacks_closed;
CREATE UNIQUE INDEX callbacks_one_open ON callbacks (site, phone) WHERE ended_at IS NULL;
CREATE INDEX callbacks_ended ON callbacks (site, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX callbacks_by_number ON callbacks (site, phone, requested_at);
CREATE INDEX callbacks_by_contact ON callbacks (contact, requested_at);
CREATE INDEX callbacks_by_time ON callbacks (site, requested_at);
