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
    '1000:1000 guess | CHOWN DAC_READ_SEARCH SETGID SETUID generic | no known | true known',
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
    { image: 'twinproduction/gatus:v5.34.0', mounts: ['bind ./config:/config:ro'] },
    '65534:65534 generic | NET_RAW known | /tmp generic | true known',
  ],
  [
    'Gatus before it pinged without a raw socket',
    { image: 'twinproduction/gatus:v5.20.0' },
    'none known | NET_RAW known | /tmp generic | true known',
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
  [
    'ERPNext works as its own user, whatever part it is',
    { image: 'frappe/erpnext:v16', command: ['nginx-entrypoint.sh'], mounts: ['volume s:/home/frappe/frappe-bench/sites'] },
    '1000:1000 known | known | no known | true known',
  ],
  [
    'Firefly III has s6-overlay, and starts as another user than root',
    { image: 'fireflyiii/core:latest', mounts: ['volume u:/var/www/html/storage/upload'] },
    '33:33 generic | CHOWN DAC_OVERRIDE SETGID SETUID guess | no generic | false generic',
  ],
  [
    'ArchiveBox writes as root into what it has given away, and stops it from dumb-init',
    { image: 'archivebox/archivebox:0.7', mounts: ['bind ./data:/data'] },
    'none known | CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID known | no known | true known',
  ],
  ['OneDev stays root', { image: '1dev/server', mounts: ['volume o:/opt/onedev'] }, 'none known | known | no generic | true known'],
  [
    'Casdoor as its own Compose file starts it',
    { image: 'casbin/casdoor:latest', entrypoint: ['/bin/sh', '-c', './server --createDatabase=true'] },
    '1000:1000 known | known | /logs /tmp guess | true known',
  ],
  [
    'Jenkins may write to its volume and to /tmp only',
    { image: 'jenkins/jenkins:lts', mounts: ['volume j:/var/jenkins_home'] },
    '1000:1000 known | known | /tmp generic | true known',
  ],
  [
    'Jenkins as root, whose jobs may do anything',
    { image: 'jenkins/jenkins:lts', user: 'root' },
    '1000:1000 guess | CHOWN DAC_OVERRIDE FOWNER SETGID SETUID generic | no generic | true known',
  ],
  [
    'Outline',
    { image: 'outlinewiki/outline:1.9.2', mounts: ['volume o:/var/lib/outline/data'] },
    '1001:1001 known | known | /tmp generic | true known',
  ],
  [
    'BookLore writes the configuration of its nginx',
    { image: 'booklore/booklore:v1' },
    'none generic | CHOWN DAC_OVERRIDE KILL SETGID SETUID generic | no known | true known',
  ],
  [
    'DocuSeal writes its keys as root after it has given its directory away',
    { image: 'docuseal/docuseal:3', mounts: ['volume d:/data/docuseal'] },
    'none known | CHOWN DAC_OVERRIDE SETGID SETUID known | no generic | true known',
  ],
  [
    'a worker of Appwrite, which writes to directories of www-data',
    { image: 'appwrite/appwrite:1.6', entrypoint: ['worker-mails'], mounts: ['volume u:/storage/uploads'] },
    'none generic | CHOWN DAC_OVERRIDE FOWNER generic | no generic | true known',
  ],
  [
    'Woodpecker is a user of its own since version 3',
    { image: 'woodpeckerci/woodpecker-server:v3', mounts: ['volume w:/var/lib/woodpecker'] },
    '1000:1000 known | known | /tmp generic | true known',
  ],
  ['Woodpecker before that', { image: 'woodpeckerci/woodpecker-server:v2.8' }, 'none known | known | no generic | true known'],
  [
    'Gluetun writes its own resolver, and makes its device',
    { image: 'qmcgaw/gluetun' },
    'none known | CHOWN DAC_OVERRIDE FOWNER KILL MKNOD NET_ADMIN NET_BIND_SERVICE NET_RAW SETGID SETUID generic | no known | true generic',
  ],
  ['Guacamole writes below /tmp', { image: 'guacamole/guacamole:1.6.0' }, '1001:1001 known | known | /tmp known | true known'],
  ['Guacamole before 1.6 to its home', { image: 'guacamole/guacamole:1.5.5' }, '1001:1001 known | known | no known | true known'],
  [
    'Karakeep, whose services stay root',
    { image: 'ghcr.io/karakeep-app/karakeep:release', mounts: ['volume k:/data'] },
    'none known | CHOWN DAC_OVERRIDE FOWNER known | no generic | true known',
  ],
  [
    'docker-mailserver chroots, and queues mail by setgid programs',
    { image: 'mailserver/docker-mailserver:14' },
    'none known | CHOWN DAC_OVERRIDE FOWNER FSETID KILL NET_BIND_SERVICE SETGID SETUID SYS_CHROOT generic | no known | false generic',
  ],
  [
    'NetBird makes an interface',
    { image: 'netbirdio/netbird:latest' },
    'none known | NET_ADMIN NET_RAW SYS_ADMIN SYS_RESOURCE known | no generic | true known',
  ],
  ['NetBird without an interface', { image: 'netbirdio/netbird:rootless-latest' }, '1000:1000 known | known | no generic | true known'],
  [
    "NetBird's management in a volume",
    { image: 'netbirdio/management:latest', mounts: ['volume n:/var/lib/netbird'] },
    'none generic | known | /tmp generic | true known',
  ],
  ['Nacos', { image: 'nacos/nacos-server:v2.4.0' }, 'none known | known | no known | true known'],
  [
    'RocketMQ is a user of its own, whatever part it is',
    { image: 'apache/rocketmq:5.3.1', command: ['sh', 'mqbroker'] },
    '3000:3000 known | known | no generic | true known',
  ],
  [
    'CryptPad builds its pages when it starts',
    { image: 'cryptpad/cryptpad:version-2026.2.2', mounts: ['bind ./data:/cryptpad/data'] },
    '4001:4001 known | known | no known | true known',
  ],
  ['cobalt, as the project runs it', { image: 'ghcr.io/imputnet/cobalt:11', init: true }, '1000:1000 known | known | known | true known'],
  [
    'Dashy is a user of its own since version 4',
    { image: 'lissy93/dashy:4.0.6', mounts: ['bind ./user-data:/app/user-data'] },
    '1000:1000 known | known | /tmp generic | true known',
  ],
  ['Dashy before that', { image: 'lissy93/dashy:3.1.1' }, 'none generic | DAC_OVERRIDE generic | no generic | true known'],
  [
    'Trilium steps down with a su that waits',
    { image: 'triliumnext/trilium:v0.105.0', mounts: ['volume t:/home/node/trilium-data'] },
    'none known | CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID known | no generic | true known',
  ],
  [
    'Trilium for another user',
    { image: 'triliumnext/trilium:rootless', mounts: ['volume t:/home/trilium/trilium-data'] },
    '1001:1001 known | known | /tmp guess | true known',
  ],
  [
    'ZITADEL',
    { image: 'ghcr.io/zitadel/zitadel:v4.0.0', command: ['start-from-init'] },
    '1000:1000 known | known | /tmp generic | true known',
  ],
  [
    'Synapse with a configuration',
    { image: 'ghcr.io/element-hq/synapse:latest', mounts: ['bind ./data:/data'] },
    '991:991 generic | CHOWN DAC_READ_SEARCH SETGID SETUID known | /tmp generic | true known',
  ],
  [
    'Synapse that makes its configuration',
    { image: 'matrixdotorg/synapse:v1.140.0', command: ['generate'], mounts: ['volume d:/data'] },
    'none generic | CHOWN DAC_OVERRIDE SETGID SETUID known | no generic | true known',
  ],
  ['LanguageTool', { image: 'erikvl87/languagetool:6.8' }, '100:101 known | known | /tmp generic | true known'],
  [
    'LanguageTool that is configured by variables',
    { image: 'erikvl87/languagetool:6.8', environment: { langtool_languageModel: '/ngrams' } },
    '100:101 known | known | no known | true known',
  ],
  [
    "another maker's LanguageTool, as its own tests run it",
    { image: 'meyay/languagetool:latest', mounts: ['bind ./ngrams:/ngrams'] },
    '783:783 guess | CHOWN DAC_OVERRIDE KILL SETGID SETUID known | /tmp known | true known',
  ],
  [
    'Apprise as root makes a user',
    { image: 'caronc/apprise:latest', mounts: ['bind ./config:/config'] },
    '1000:1000 guess | CHOWN DAC_OVERRIDE FOWNER SETGID SETUID known | no known | true known',
  ],
  [
    'Apprise as its readme hardens it',
    { image: 'caronc/apprise:latest', mounts: ['bind ./config:/config'], user: '1000:1000' },
    '1000:1000 guess | known | /tmp known | true known',
  ],
  [
    'Passbolt works for www-data with su',
    { image: 'passbolt/passbolt:latest-ce' },
    'none known | CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID generic | no known | true known',
  ],
  ['Passbolt for another user', { image: 'passbolt/passbolt:latest-ce-non-root' }, '33:33 known | known | no known | true known'],
  [
    'Flowise as its own Compose file starts it',
    { image: 'flowiseai/flowise:latest', entrypoint: ['/bin/sh', '-c', 'sleep 3; flowise start'], mounts: ['volume f:/root/.flowise'] },
    'none generic | generic | no generic | true known',
  ],
  [
    'BIND becomes another user',
    { image: 'internetsystemsconsortium/bind9:9.20' },
    'none generic | CHOWN DAC_OVERRIDE NET_BIND_SERVICE SETGID SETUID generic | no generic | true known',
  ],
  ["Harbor's core writes certificates", { image: 'goharbor/harbor-core:v2.13.0' }, '10000:10000 known | known | no known | true known'],
  [
    "Harbor's log collector, as the project runs it",
    { image: 'goharbor/harbor-log:v2.13.0', mounts: ['bind ./log:/var/log/docker'] },
    'none known | CHOWN DAC_OVERRIDE SETGID SETUID known | no generic | true generic',
  ],
  [
    "Harbor's database",
    { image: 'goharbor/harbor-db:v2.13.0', mounts: ['bind ./db:/var/lib/postgresql/data'] },
    '999:999 known | known | no generic | true known',
  ],
  [
    'a Zabbix server pings',
    { image: 'zabbix/zabbix-server-pgsql:alpine-7.0-latest' },
    '1997:1995 known | NET_RAW known | no known | false generic',
  ],
  ["Zabbix' web page", { image: 'zabbix/zabbix-web-nginx-mysql:ubuntu-7.0-latest' }, '1997:1995 known | known | no known | true known'],
  ['Kong is a user whose number hangs on the version', { image: 'kong:3.9' }, 'none generic | known | no known | true known'],
  [
    'Temporal writes its configuration into the image',
    { image: 'temporalio/auto-setup:1.29' },
    '1000:1000 known | known | no known | true known',
  ],
  ["Temporal's tools sleep", { image: 'temporalio/admin-tools:1.29' }, '1000:1000 known | known | /tmp guess | true known'],
  ["Temporal's web page only reads since 2.38", { image: 'temporalio/ui:2.40.0' }, '1000:1000 known | known | /tmp generic | true known'],
  ["Temporal's web page before that", { image: 'temporalio/ui:2.34.0' }, '1000:1000 known | known | no known | true known'],
  [
    'CrowdSec starts plugins as another user',
    { image: 'crowdsecurity/crowdsec:latest', mounts: ['volume c:/etc/crowdsec', 'bind /var/log:/var/log:ro'] },
    'none known | CHOWN DAC_OVERRIDE SETGID SETUID generic | /tmp guess | true known',
  ],
  [
    'a part of Zammad',
    { image: 'ghcr.io/zammad/zammad:7.1.1', command: ['zammad-nginx'], mounts: ['volume s:/opt/zammad/storage'] },
    '1000:1000 known | known | no known | true known',
  ],
  [
    'a part of Zammad that runs as root',
    { image: 'ghcr.io/zammad/zammad:7.1.1', command: ['zammad-backup'], user: '0:0' },
    '1000:1000 guess | CHOWN DAC_OVERRIDE FOWNER generic | no known | true known',
  ],
  [
    'Stalwart, whose program has a file capability',
    { image: 'stalwartlabs/stalwart:latest', mounts: ['volume s:/var/lib/stalwart'] },
    '2000:2000 known | NET_BIND_SERVICE known | /tmp guess | true generic',
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
