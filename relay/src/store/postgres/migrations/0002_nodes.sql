CREATE TABLE nodes (
  id uuid PRIMARY KEY,                -- a life of a process
  beat bigint NOT NULL                -- a number it raises while it lives
) WITH (fillfactor = 50);

CREATE TABLE agent_sockets (
  agent uuid NOT NULL REFERENCES agents(id),
  node uuid NOT NULL,                 -- where they have a socket open
  PRIMARY KEY (agent, node)
);
CREATE INDEX agent_sockets_by_node ON agent_sockets (node);
