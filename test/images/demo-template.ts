/** The smallest valid template, one field a line, to be broken by tests. */
export const DEMO = `family: demo
title: Demo
role: app
match: [{ name: docker.io/acme/demo }]
variants: [{ id: only, start: root, runs_as: "70:70" }]
command: args
data: [/data]
sources:
  image: { kind: source, ref: acme/demo@1234567 Dockerfile, detail: stays root }
  thread: { kind: issue, ref: https://github.com/acme/demo/issues/1, detail: somebody ran it }
user:
  - value: null
    confidence: known
    why: it writes to root's files
    sources: [image]
capabilities:
  - when: { start: root }
    value: [CHOWN]
    confidence: known
    why: it chowns
    sources: [image]
no_new_privileges: [{ value: true, confidence: known, why: no setuid program, sources: [image] }]
read_only:
  - value: { tmpfs: [{ path: /tmp, size: 64m }] }
    confidence: guess
    why: only temporary files
    sources: [thread]
egress: [{ value: unknown, confidence: guess, why: nobody looked, sources: [image] }]
privileged: [{ value: not-needed, confidence: known, why: no host access, sources: [image] }]
ports: [{ port: 80, kind: public, sources: [image] }]
healthcheck:
  - value: { test: [CMD, demo, ping], needs: the port of the page }
    confidence: known
    why: the program has a check of its own
    sources: [image]
secrets:
  - { env: DEMO_PASSWORD, file: DEMO_PASSWORD_FILE, confidence: known, sources: [image] }
docker_socket:
  - value: { need: optional, client: DOCKER_HOST, sections: [CONTAINERS] }
    confidence: known
    why: it lists containers
    sources: [image]
host_access:
  - { kind: mount, what: /proc, confidence: known, why: it reads the figures of the host, sources: [image] }
conflicts:
  - field: capabilities
    followed: { says: it needs CHOWN, sources: [image] }
    rejected: [{ says: it needs nothing, sources: [thread] }]
    why: with CHOWN it runs either way
`;

/** The demo template with one text replaced, which must be there exactly once. */
export function broken(from: string, to: string): string {
  if (DEMO.split(from).length !== 2) throw new Error(`"${from}" is not there exactly once`);
  return DEMO.replace(from, to);
}

/** The 1-based line of the demo template that holds a text. */
export function lineOf(text: string): number {
  return DEMO.slice(0, DEMO.indexOf(text)).split('\n').length;
}
