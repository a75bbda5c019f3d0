import { batten } from '../../src';
import type { FileResult } from '../../src/harden/types';

/*
 * A second run changes nothing. Most of these documents were found by generating many: a later transform takes away what an earlier one read, or a
 * service gets a key of its own and no longer stands in another one's way.
 */

function run(text: string, preset: 'recommended' | 'strict', confidence: 'generic' | 'guess'): FileResult {
  return batten.run({ path: 'compose.yaml', text }, { apply: true, preset, confidence });
}

const CASES: Record<string, string> = {
  'a capability that goes, and the user that only it stood in the way of': `services:
  web:
    image: mongo:7
    network_mode: host
    cap_add:
      - NET_ADMIN
`,
  'the same for two that share it': `services:
  web: &s0
    image: mongo:7
    network_mode: host
    cap_add:
      - NET_ADMIN
  api:
    <<: *s0
`,
  'the same with comments and odd names': `"services":
    web: &s0\t# e2
        cap_add: # e15
            -  NET_ADMIN
        "network_mode": host\t# e17
        'image': "mongo:7"  # e22
    'x.y0':  # e66
        <<: *s0`,
  'a change that is surer once another service has a key of its own': `services:
      data: {
       }
      front-end: &s2
            command: true
            image: |-
                  traefik:v3
            cap_add:
            -  SYS_ADMIN
      'worker':
            <<: *s2
            image: memcached`,
  'two networks of one store': `services:
  data4:
    image: mongo:7
    networks:
      - back
      - front
  back_end:
    networks:
      front:
    image: traefik:v3
networks:
  front: {}
  back:`,
  'a capability beside cap_drop': `services:
  front-end2:
    cap_add:
      - SYS_TIME
    cap_drop:
      - ALL
    image: registry.example.com:5000/a/b:dev`,
  'an unknown image twice': `services:
  cache: &s1  # e32
    'image': registry.example.com:5000/a/b:dev
    "cap_add": # e34
      - 'SYS_ADMIN'
  data:  # e41
    <<: *s1\t# e42`,
};

describe.each(Object.entries(CASES))('%s', (_, text) => {
  test.each([
    ['recommended', 'generic'],
    ['recommended', 'guess'],
    ['strict', 'generic'],
    ['strict', 'guess'],
  ] as const)('%s, %s', (preset, confidence) => {
    const once = run(text, preset, confidence);
    expect(once.findings.filter(({ refusal }) => refusal?.code === 'not-proven')).toEqual([]);
    expect(run(once.after, preset, confidence).after).toBe(once.after);
  });
});

test('what an advice read is read again: a tmpfs of a user that came later belongs to it', () => {
  const { after } = run(CASES['a capability that goes, and the user that only it stood in the way of']!, 'recommended', 'guess');
  expect(after).toContain('user: "999:999"');
  expect(after).not.toContain('cap_add');
});

describe('a service that shares the text of another', () => {
  test('gets the capabilities that its image needs along with cap_drop', () => {
    const text = `services:
  web: &s0
    image: nginx:1.26
    cap_add: [SYS_MODULE]
  api:
    <<: *s0
    environment: {A: b}
`;
    expect(run(text, 'recommended', 'guess').after).toBe(`services:
  web: &s0
    image: nginx:1.26
    cap_drop: [ALL]
    cap_add: [CHOWN, SETGID, SETUID]
    security_opt: [no-new-privileges:true]
    read_only: true
    tmpfs: [/run:size=16m, /var/cache/nginx]
  api:
    <<: *s0
    environment: {A: b}
`);
  });

  test.each([
    ['cap_add', 'cap_add: [SYS_NICE]', 'cap-drop', /api:\n {4}<<: \*s0\n {4}cap_add: \[SYS_NICE, CHOWN, SETGID, SETUID\]\n {4}cap_drop:/],
    ['an empty cap_add', 'cap_add: []', 'cap-drop', /api:\n {4}<<: \*s0\n {4}cap_add: \[CHOWN, SETGID, SETUID\]\n {4}cap_drop:/],
    ['tmpfs', 'tmpfs: [/srv]', 'read-only', /api:\n {4}<<: \*s0\n {4}tmpfs: \[\/srv, \S+, \S+\]\n {4}read_only: true/],
  ])('and has %s of its own gets both keys of a change, or neither', (_, own, only, wanted) => {
    const text = `services:\n  web: &s0\n    image: nginx:1.26\n  api:\n    <<: *s0\n    ${own}\n`;
    const { after } = batten.run({ path: 'compose.yaml', text }, { apply: true, confidence: 'guess', only: [only] });
    expect(after).toMatch(wanted);
  });

  test('makes a change only as sure as it is for both', () => {
    const sure = (text: string) => {
      const { findings } = batten.run({ path: 'compose.yaml', text }, { only: ['no-new-privileges'] });
      return findings.map(({ service, confidence, plan }) => [service, confidence, plan.includes('also changes')]);
    };
    const [web, worker] = ['    image: postgres:16\n', '    image: acme/app:1\n'];
    expect(sure(`services:\n  web:\n${web}  worker:\n${worker}`)).toEqual([
      ['web', 'known', false],
      ['worker', 'generic', false],
    ]);
    expect(sure(`services:\n  web: &web\n${web}  worker:\n    <<: *web\n${worker}`)).toEqual([['web', 'generic', true]]);
  });
});
