import type { ProveReport } from '../../src/engine/prove/report';

/** An Engine, and a proof of two services, for the reports. */
export const engine = {
  address: 'unix:///x',
  version: '28.0',
  os: 'Debian',
  kernel: '6',
  cgroup: 'v2',
  platform: 'linux/x86_64',
  security: ['seccomp'],
  runtime: 'runc',
};
export const report: ProveReport = {
  version: 1,
  files: ['compose.yaml'],
  engine,
  compose: '2.40',
  date: '2026-11-25T10:00:00Z',
  works: false,
  runs: 12,
  seconds: 90,
  notes: ['web: the socket /var/run/docker.sock is not given in a trial'],
  cis: [{ id: '5.26', title: 'no new privileges', before: 0, after: 2, of: 2 }],
  services: [
    {
      name: 'web',
      image: 'acme/web',
      imageId: 'sha256:0123',
      status: 'proven',
      changes: [
        {
          transform: 'cap-drop',
          outcome: 'relaxed',
          plan: 'drop',
          plans: ['drop'],
          value: 'CHOWN',
          proposed: '',
          why: {
            life: 'second start',
            kind: 'state',
            how: 'it ends with exit code 1',
            line: "chown: <b>'/x'</b> | not permitted password=hunter22",
          },
        },
        { transform: 'no-new-privileges', outcome: 'left-out', plan: 'add it', plans: [] },
        { transform: 'ports', outcome: 'untried', plan: 'bind it', plans: [] },
      ],
      exercised: ['GET /'],
      notExercised: ['whatever these steps do not reach'],
      baseline: { ready: 1.5, processes: { nginx: [0, 101] }, listening: [80] },
      log: 'one\ntwo <script>alert(1)</script>\n',
    },
    {
      name: 'db',
      image: 'acme/db',
      imageId: '',
      status: 'own-fault',
      fault: 'it ends with exit code 3',
      changes: [],
      exercised: [],
      notExercised: [],
      baseline: { processes: {}, listening: [] },
      log: 'no space\n',
    },
  ],
};
