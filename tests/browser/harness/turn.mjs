// A real TURN server: `const turn = await startTurn()`, `await turn.stop()`.

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from './until.mjs';

const program = process.env.HEARD_TURN ?? 'turnserver';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// Whether somebody answers a STUN request (RFC 8489) there.
function answers(port) {
  const asks = Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...randomBytes(12)]);
  const socket = createSocket('udp4');
  return new Promise((resolve) => {
    const wait = setTimeout(() => resolve(false), 500);
    const end = (answer) => {
      clearTimeout(wait);
      resolve(answer);
    };
    socket.once('message', () => end(true));
    socket.once('error', () => end(false));
    socket.send(asks, port, '127.0.0.1');
  }).finally(() => socket.close());
}

export async function startTurn() {
  const folder = await mkdtemp(join(tmpdir(), 'heard-turn-'));
  const port = await freePort();
  const secret = 'a-secret-of-two';
  const config = [
    'listening-ip=127.0.0.1',
    'relay-ip=127.0.0.1',
    `listening-port=${port}`,
    'use-auth-secret',
    `static-auth-secret=${secret}`,
    'realm=turn.example',
    'allow-loopback-peers',
    'cli-password=unused',
    'no-cli',
    'no-tls',
    'no-dtls',
    'log-file=stdout',
    `pidfile=${join(folder, 'pid')}`,
    `userdb=${join(folder, 'db')}`,
  ];
  const file = join(folder, 'turn.conf');
  await writeFile(file, `${config.join('\n')}\n`);
  const child = spawn(program, ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let ended;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}; it is Debian's package coturn`));
    child.once('close', (code, signal) => resolve(`ended with ${signal ?? code}`));
  });
  exited.then((how) => {
    ended = how;
  });
  await until('the TURN server answers', async () => {
    if (ended) throw new Error(`turnserver ${ended}:\n${said}`);
    return answers(port);
  });
  return {
    url: `turn:127.0.0.1:${port}?transport=udp`,
    secret,
    async stop() {
      child.kill();
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
