import { type Advice, advise } from '../../src/images';
import { type ServiceOptions, service } from './service-factory';

/*
 * What applications are advised, as their own documentation has them run: user | capabilities | read-only | no-new-privileges. Each line stands on what
 * the entrypoint of that image was read to do.
 */
const table: [what: string, options: ServiceOptions, expected: string][] = [
  [
    'Opengist gives its data away and steps down with su, after it has written /etc/passwd',
    { image: 'ghcr.io/thomiceli/opengist:1.15.1', mounts: ['bind ./opengist:/opengist'] },
    '1000:1000 guess | CHOWN DAC_READ_SEARCH KILL SETGID SETUID generic | no known | true known',
  ],
  [
    'Opengist as another user, which it takes since 1.13',
    { image: 'ghcr.io/thomiceli/opengist:1.15.1', mounts: ['bind ./opengist:/opengist'], user: '1000:1000' },
    '1000:1000 guess | known | /tmp generic | true known',
  ],
  [
    'Docmost writes its settings into a page of the image',
    { image: 'docmost/docmost:latest', mounts: ['volume d:/app/data/storage'] },
    '1000:1000 known | known | no known | true known',
  ],
  [
    'Memos in a volume',
    { image: 'neosmemo/memos:stable', mounts: ['volume m:/var/opt/memos'] },
    '10001:10001 known | CHOWN SETGID SETUID known | /tmp generic | true known',
  ],
  [
    'Memos in a directory of the host, which may be closed to root',
    { image: 'ghcr.io/usememos/memos:0.30', mounts: ['bind ./memos:/var/opt/memos'] },
    '10001:10001 guess | CHOWN DAC_READ_SEARCH SETGID SETUID known | /tmp generic | true known',
  ],
  [
    'Memos that is told whom to become',
    { image: 'neosmemo/memos:stable', mounts: ['volume m:/var/opt/memos'], environment: { MEMOS_UID: '1000' } },
    'none known | CHOWN SETGID SETUID known | /tmp generic | true known',
  ],
  ['Memos before it stepped down', { image: 'neosmemo/memos:0.24' }, 'none known | known | /tmp generic | true known'],
  [
    'Dockge drives the Engine',
    { image: 'louislam/dockge:1', mounts: ['bind ./data:/app/data', 'bind /var/run/docker.sock:/var/run/docker.sock'] },
    'none known | DAC_OVERRIDE known | /root/.docker /tmp guess | true known',
  ],
  [
    'Gatus only reads its configuration',
    { image: 'twinproduction/gatus:v5.20.0', mounts: ['bind ./config:/config:ro'] },
    '65534:65534 generic | NET_RAW known | /tmp generic | true known',
  ],
  [
    'Gatus with a database in a volume, which belongs to root',
    { image: 'ghcr.io/twin/gatus:stable', mounts: ['volume g:/data'] },
    'none known | NET_RAW known | /tmp generic | true known',
  ],
  ['Gotify in a volume', { image: 'gotify/server', mounts: ['volume g:/app/data'] }, 'none known | known | /tmp generic | true known'],
  ['Gotify without one, which its image does not declare', { image: 'gotify/server' }, 'none known | known | no known | true known'],
  [
    'File Browser is a user of its own since 2.33',
    { image: 'filebrowser/filebrowser:v2', mounts: ['volume s:/srv'] },
    '1000:1000 known | known | /tmp generic | true known',
  ],
  ['File Browser before that', { image: 'filebrowser/filebrowser:v2.31.2' }, 'none generic | known | no known | true known'],
  [
    'File Browser on s6, whose program has a file capability',
    { image: 'filebrowser/filebrowser:v2-s6' },
    'none known | CHOWN DAC_OVERRIDE FOWNER KILL NET_BIND_SERVICE SETGID SETUID generic | no known | true known',
  ],
  [
    'IT Tools starts as nginx does',
    { image: 'corentinth/it-tools:latest' },
    'none known | CHOWN SETGID SETUID known | /run /var/cache/nginx known | true known',
  ],
];

test.each(table)('%s', (_what, options, expected) => {
  expect(summary(advise(service(options)))).toBe(expected);
});

function summary({ user, noUser, capabilities, readOnly, noNewPrivileges }: Advice): string {
  const places = readOnly.value === false ? ['no'] : readOnly.value.tmpfs.map(({ path }) => path);
  return [
    [user?.value ?? 'none', (user ?? noUser)?.confidence],
    [...capabilities.value, capabilities.confidence],
    [...places, readOnly.confidence],
    [noNewPrivileges.value, noNewPrivileges.confidence],
  ]
    .map((part) => part.join(' '))
    .join(' | ');
}
