import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { LearnedService, LearnReport } from '../../src/engine/learn/report';
import { createColors } from '../../src/report/colors';
import { prettyLearned as prettyLearnedText } from '../../src/report/learn';
import { jsonLearned as jsonLearnedText } from '../../src/report/learn-json';
import { markdownLearned as markdownLearnedText } from '../../src/report/learn-markdown';
import { closed } from './closed-schema';
import { textOf } from './text-of';

const prettyLearned = textOf(prettyLearnedText);
const jsonLearned = textOf(jsonLearnedText);
const markdownLearned = textOf(markdownLearnedText);

const engine = {
  ...{ address: 'unix:///run/docker.sock', version: '28.2', os: 'Debian', kernel: '6.12', cgroup: 'v2' },
  ...{ platform: 'linux/x86_64', security: ['seccomp'], runtime: 'runc' },
};
const why = {
  life: 'second start' as const,
  kind: 'state' as const,
  how: 'it ends with exit code 1',
  line: 'POSTGRES_PASSWORD=hunter2hunter2',
};

const db: LearnedService = {
  ...{ name: 'db', image: 'acme/db', processes: { postgres: [999] }, listening: [5432], user: '999:999' },
  written: [{ path: '/run/x', uid: 999, gid: 999, baked: false, example: '/run/x/pid' }],
  tmpfs: ['/tmp', '/run/x:uid=999,gid=999'],
  capabilities: ['SETGID', 'SETUID'],
  ...{ usage: { memory: 2 ** 25, pids: 6 }, limits: { mem_limit: '128m', pids_limit: 64 } },
  confirmed: { held: ['capabilities', 'read_only'], failed: [{ what: 'limits', why }] },
  trace: {
    ...{ capabilities: ['SETGID', 'SETUID'], syscalls: ['clone', 'read'], runtime: ['execve'], namespaces: false },
    ...{ programs: ['/entrypoint.sh'], sockets: ['inet stream'] },
  },
  seccomp: {
    profile: { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 1, archMap: [], syscalls: [] },
    ...{ file: './seccomp/db.seccomp.json', allowed: 60, added: ['epoll_wait'] },
  },
  apparmor: { name: 'batten-shop-db', text: 'profile …', file: './apparmor/db.apparmor', syntax: 'ok' },
  ...{ talksTo: ['cache'], outside: true, exercised: ['a write', 'a second start'], notExercised: ['the rest'] },
};
const broken: LearnedService = {
  ...{ name: 'web', image: 'acme/web', fault: 'it ends with exit code 1: token=hunter2hunter2', processes: {}, listening: [], written: [] },
  ...{ talksTo: [], outside: false, exercised: [], notExercised: ['everything'] },
};
const report: LearnReport = {
  ...{ version: 1, engine, compose: '2.40.3', date: '2026-11-26T02:00:00.000Z', tracing: { traced: true, lost: 0 } },
  ...{ services: [db, broken], notes: ['a note'], runs: 9 },
};
const pretty = (more: Partial<LearnReport> = {}, width = 100): string => prettyLearned({ ...report, ...more }, createColors(false), width);
const only = (more: Partial<LearnedService>): string => pretty({ services: [{ ...db, ...more }] }, 200);

describe('what was learnt, as text', () => {
  test('is shown as lines of a Compose file, without what did not run', () => {
    expect(pretty()).toContain(
      `    cap_add: [SETGID, SETUID]
    read_only: true
    tmpfs: [/tmp, "/run/x:uid=999,gid=999"]
    security_opt:
      - seccomp=./seccomp/db.seccomp.json
      - apparmor=batten-shop-db
  held         the capabilities, read_only with its tmpfs: run together, twice from empty volumes
  did not hold the limits: it ends with exit code 1, at the second start
`,
    );
    expect(pretty()).not.toContain('mem_limit');
    expect(pretty()).toContain('  calls        cache, somebody outside of the project');
  });

  test('says what a profile covers, and what was not done with it', () => {
    expect(pretty()).toContain('60 system calls (epoll_wait: a run asked for it): run with the rest, twice.');
    expect(pretty()).toContain('  apparmor     not enforced; apparmor_parser reads it');
    expect(only({ apparmor: { name: 'x', text: '' } })).toContain(
      'not enforced, and its syntax not checked: apparmor_parser is not installed',
    );
    expect(pretty()).toMatch(/this kernel has no AppArmor. Load them before the next\s+start: apparmor_parser -r/);
    expect(only({ seccomp: { allowed: 0, added: [] } })).toContain('no profile: the kernel saw nothing of it');
    const refused = only({ apparmor: { name: 'x', text: '', file: './x', syntax: 'error in line 3' } });
    expect(refused).toContain('apparmor_parser refuses it: error in line 3');
    expect(refused).not.toMatch(/apparmor=x|apparmor_parser -r/);
    expect(only({ seccomp: { allowed: 60, added: [], why } })).toContain('no profile: it ends with exit code 1, at the second start');
  });

  test('says whether the kernel was asked', () => {
    expect(pretty()).toContain('traced by the kernel: all that');
    expect(pretty({ tracing: { traced: true, lost: 3 } })).toContain('which lost 3 events');
    expect(pretty({ tracing: { traced: false, why: 'only root may trace' } })).toContain('the kernel was not traced: only root may trace');
  });

  test.each([80, 120])('fits into %d columns, but for what can be copied', (width) => {
    for (const line of pretty({}, width).split('\n')) if (!line.startsWith('    ')) expect(line.length).toBeLessThanOrEqual(width);
  });
});

describe('what was learnt, as JSON', () => {
  const schema = JSON.parse(readFileSync(path.join(__dirname, '../../schemas/learn.schema.json'), 'utf8'));
  const written = (): { learned: LearnReport[] } =>
    JSON.parse(jsonLearned([{ file: 'compose.yaml', report }], { name: 'batten', version: '1.2.3' }));

  test('is what the published schema describes, field by field', () => {
    const validate = closed(schema);
    expect([validate(written()), validate.errors]).toEqual([true, null]);
    const wrong = written();
    (wrong.learned[0]!.services[0] as { outside: unknown }).outside = 'yes';
    expect(validate(wrong)).toBe(false);
  });

  test('holds no credential of a log', () => {
    expect(JSON.stringify(written())).not.toContain('hunter2');
  });
});

test('what was learnt, as Markdown, has settings to copy, and text that stays text', () => {
  const text = markdownLearned([{ file: 'compose_prod.yaml', report }]);
  expect(text).toContain('## compose\\_prod.yaml');
  expect(text).toContain('| db | postgres (999) | 5432 | /run/x | cache, outside | 32 MiB, 6 | 2 |');
  expect(text).toContain('      - seccomp=./seccomp/db.seccomp.json\n'.trimStart());
  expect(text).toContain('It does not work as it is: it ends with exit code 1: token=');
  expect(text).not.toContain('hunter2');
});
