import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { batten, project, read, removeProjects, STACK } from './run';

afterEach(removeProjects);

const SMALL = `services:
  web:
    image: nginx:1.27
    ports: ["8080:80"]
    environment: { MESSAGE: "\${GREETING}", TOKEN: tok-8812-abcd }
`;

describe('export', () => {
  test('run: a script, with what is left to the person in its first lines', () => {
    const cwd = project({ 'compose.yaml': SMALL, '.env': 'GREETING=hello\n' });
    const { code, out, err } = batten(['export', 'run'], { cwd });
    const name = path.basename(cwd).toLowerCase();
    expect(code).toBe(0);
    expect(out).toBe(`#!/bin/sh
# Exported from compose.yaml as docker run lines.
# Not said here, or for you to settle:
#   web: WEB_TOKEN: a credential of environment: it is not written, set WEB_TOKEN yourself
#   WEB_TOKEN: variables of the shell: set -a; . ./.env; set +a takes them from .env

set -e

docker network inspect ${name}_default >/dev/null 2>&1 || docker network create ${name}_default

docker run -d \\
  --name web \\
  --publish 8080:80 \\
  --env MESSAGE=hello \\
  --env "TOKEN=\${WEB_TOKEN:?}" \\
  --network ${name}_default \\
  nginx:1.27
`);
    expect(err).toContain('needs your decision\n  web  WEB_TOKEN: ');
    expect(out + err).not.toContain('tok-8812');
  });

  test('what was exported is imported again', () => {
    const cwd = project({ 'compose.yaml': SMALL });
    const { out } = batten(['export', 'run', '-q'], { cwd });
    expect(batten(['import', '-q'], { cwd, input: out }).out).toContain('image: nginx:1.27\n    container_name: web\n');
  });

  test('to a directory and to a file, which are not replaced without being asked', () => {
    const cwd = project({ 'compose.yaml': STACK });
    expect(batten(['export', 'kubernetes', '-o', 'k8s'], { cwd }).code).toBe(0);
    expect(readdirSync(path.join(cwd, 'k8s')).sort()).toEqual(['db.yaml', 'shared.yaml', 'web.yaml']);
    expect(batten(['export', 'quadlet', '-o', 'units'], { cwd }).code).toBe(0);
    expect(readdirSync(path.join(cwd, 'units')).sort()).toEqual(['data.volume', 'db.container', 'default.network', 'web.container']);
    expect(batten(['export', 'run', '-o', 'run.sh'], { cwd }).code).toBe(0);
    expect(statSync(path.join(cwd, 'run.sh')).mode & 0o111).toBe(0o111);
    const { code, err } = batten(['export', 'kubernetes', '-o', 'k8s'], { cwd });
    expect(code).toBe(2);
    expect(err).toContain('is there already\n  hint: name another place, or replace it with --force\n');
    expect(batten(['export', 'kubernetes', '-o', 'k8s', '--force'], { cwd }).code).toBe(0);
    expect(batten(['export', 'kubernetes', '-o', 'all.yaml'], { cwd }).code).toBe(0);
    expect(read(cwd, 'all.yaml')).toContain('kind: NetworkPolicy');
    for (const file of ['all.yaml', 'k8s/db.yaml', 'units/db.container', 'run.sh']) expect(read(cwd, file)).not.toContain('hunter2');
  });

  test('--strict writes nothing when something is lost, and is exit 2', () => {
    const cwd = project({ 'compose.yaml': 'services:\n  web: { image: nginx, init: true }\n' });
    const { code, out, err } = batten(['export', 'kubernetes', '--strict', '-o', 'all.yaml'], { cwd });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('not in the result\n  web  init: ');
    expect(err).toContain('compose.yaml: error: 1 setting cannot be said in manifests of Kubernetes\n');
    expect(readdirSync(cwd)).toEqual(['compose.yaml']);
    expect(batten(['export', 'run', '--strict'], { cwd }).code).toBe(0);
  });

  test.each([
    [['export', 'helm'], 'unknown format helm'],
    [['export', 'kubernets'], 'did you mean kubernetes?'],
    [['export', 'run', '--service', 'wbe'], 'did you mean web?'],
    [['export', 'run', 'none.yaml'], 'none.yaml'],
    [['export', 'run', 'compose.yaml', 'other.yaml'], 'export writes one project, and there are 2'],
  ])('%j is exit 2', (words, message) => {
    const cwd = project({ 'compose.yaml': SMALL, 'other.yaml': SMALL });
    const { code, out, err } = batten(words, { cwd });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});
