import { parseSize } from '../compose/size';
import type { Service } from '../compose/types';
import { commandLine, imagePath, isWindows } from './tells';
import type { Evidence, Role, Verdict } from './types';

const MEBIBYTE = 2 ** 20;
/** Limits are rounded up to multiples of this. */
const STEP = 256 * MEBIBYTE;

/** How much a container of a role may take, where nothing else is known, in MiB; `services` public ones that set a limit were counted. */
const MEMORY: Partial<Record<Role, { mebibytes: number; services: number }>> = {
  datastore: { mebibytes: 2048, services: 15 },
  cache: { mebibytes: 1024, services: 17 },
  agent: { mebibytes: 512, services: 7 },
  app: { mebibytes: 4096, services: 13 },
};

/** The same over services of all roles, for roles of which too few were seen. */
const ANY_MEMORY = { mebibytes: 1024, services: 174 };

const PODMAN: Evidence = {
  kind: 'template',
  ref: 'https://docs.podman.io/en/v4.4/markdown/options/pids-limit.html',
  detail: 'Podman gives every container, of whatever image, a limit of 2048 unless told otherwise',
};

const OPENSHIFT: Evidence = {
  kind: 'template',
  ref: 'https://docs.redhat.com/en/documentation/red_hat_openshift_service_on_aws/4/html/cluster_administration/rosa-configuring-pid-limits',
  detail: 'OpenShift limited pods to 1024 and went up to 4096 with version 4.11',
};

const THREADS: Evidence = {
  kind: 'engine-run',
  ref: 'https://github.com/podman-container-tools/podman/issues/17647',
  detail: 'the limit counts threads, and a program that gets no more of them fails with "can\'t start new thread"',
};

/** Images of programs that keep a thread for each client, page or job: the Java ones, browsers, and whole distributions of servers in one. */
const THREADED_IMAGE =
  /(^|[/_-])(selenium|browserless|chrome|chromium|firefox|playwright|puppeteer|gitlab(-ce|-ee)?|elasticsearch|opensearch|logstash|kafka|zookeeper|debezium|pulsar|activemq|cassandra|neo4j|solr|jenkins|sonarqube|keycloak|tomcat|wildfly|confluence|jira(-software)?|minecraft(-server)?|mssql|server-mssql|ceph|hadoop|hbase|spark|flink|trino|nifi|nexus3?|graylog|druid)([/_-]|$)/;

const JAVA_VARIABLE = /(^|_)(JAVA|JVM|CATALINA|HEAP)(_|$)/;
const THREADED_COMMAND = /(^|[\s/])(java|chrome|chromium|google-chrome|firefox|playwright)(\s|$)|\s-Xm[sx]\d|\s-jar\s/;

/** What a service may be limited to: processes and threads, and bytes of memory. */
export interface LimitAdvice {
  /** Undefined for a Windows container, which knows no such limit. */
  pids?: Verdict<number>;
  memory: Verdict<number>;
}

/** What a service may be limited to, for the service as it is configured. */
export function limitsOf(service: Service, role: Role): LimitAdvice {
  return { pids: isWindows(service) ? undefined : pidsOf(service), memory: memoryOf(service, role) };
}

function pidsOf(service: Service): Verdict<number> {
  const breaks = 'a program with thousands of threads: new ones, and new processes, are refused with "Resource temporarily unavailable"';
  const threaded =
    THREADED_IMAGE.test(imagePath(service)) ||
    [...service.environment.keys()].some((name) => JAVA_VARIABLE.test(name)) ||
    THREADED_COMMAND.test(` ${commandLine(service)}`);
  if (threaded) {
    const why = 'such programs keep many threads, and threads count';
    return { value: 4096, confidence: 'generic', why, breaks, evidence: [OPENSHIFT, THREADS] };
  }
  const why = 'it is far above what a container needs and far below what stops a host';
  return { value: 2048, confidence: 'generic', why, breaks, evidence: [PODMAN, THREADS] };
}

/** Settings by which a program is told how much memory to take; the first group is a size, `unit` what a bare number counts. */
const OWN_MEMORY: { pattern: RegExp; unit: number }[] = [
  { pattern: /-Xmx(\d+[kmgt]?)/gi, unit: 1 },
  { pattern: /--max-old-space-size[= ](\d+)/gi, unit: MEBIBYTE },
  { pattern: /--maxmemory[= ](\d+(?:[kmg]b?)?)/gi, unit: 1 },
  { pattern: /innodb[-_]buffer[-_]pool[-_]size[= ](\d+[kmgt]?)/gi, unit: 1 },
  { pattern: /shared_buffers[= ](\d+(?:[kmgt]b)?)/gi, unit: 8192 },
  { pattern: /wiredTigerCacheSizeGB[= ](\d+(?:\.\d+)?)/gi, unit: 2 ** 30 },
  { pattern: /memory_limit[= ](\d+[kmg]?)/gi, unit: 1 },
];

function memoryOf(service: Service, role: Role): Verdict<number> {
  const { mebibytes, services } = MEMORY[role] ?? ANY_MEMORY;
  const what = MEMORY[role] ? `${services} ${role} services` : `${services} services of all kinds`;
  const evidence: Evidence[] = [
    {
      kind: 'template',
      ref: 'docs/limits.md',
      detail: `three of four of the ${what} of public stacks that limit their memory limit it to ${mebibytes}m or less`,
    },
  ];
  let value = mebibytes * MEBIBYTE;
  let why = `nothing is known about what it takes: ${mebibytes}m is generous among those who set a limit`;
  const own = ownMemory(service);
  if (own && own.bytes * 2 > value) {
    value = own.bytes * 2;
    why = `"${own.text}" tells the program what to take, and it takes more than that`;
    const detail = `"${own.text}" in the service, and as much again for what it does not count`;
    evidence.unshift({ kind: 'compose-semantics', ref: 'https://docs.docker.com/engine/containers/resource_constraints/', detail });
  }
  // What lies in a tmpfs or in /dev/shm is charged to the container.
  const charged = chargedFiles(service);
  if (charged * 4 > value) value += charged;
  const breaks =
    'the kernel kills a process that takes more (exit code 137); what lies in a tmpfs counts too. Look at `docker stats` under load first';
  return { value: Math.ceil(value / STEP) * STEP, confidence: 'guess', why, breaks, evidence };
}

/** The most that a setting in the command or a variable tells the program to take. */
function ownMemory(service: Service): { bytes: number; text: string } | undefined {
  const texts = [commandLine(service)];
  for (const [name, value] of service.environment) if (value) texts.push(`${name}=${value.text}`);
  let most: { bytes: number; text: string } | undefined;
  for (const text of texts) {
    for (const { pattern, unit } of OWN_MEMORY) {
      for (const found of text.matchAll(pattern)) {
        const bytes = (parseSize(found[1]!) ?? 0) * (/^[\d.]+$/.test(found[1]!) ? unit : 1);
        if (bytes > (most?.bytes ?? 0)) most = { bytes, text: found[0] };
      }
    }
  }
  return most;
}

function chargedFiles(service: Service): number {
  const sizes = service.tmpfs.flatMap(({ options }) =>
    options.filter((option) => option.startsWith('size=')).map((option) => option.slice(5)),
  );
  const shm = service.data('shm_size');
  if (typeof shm === 'string' || typeof shm === 'number') sizes.push(String(shm));
  return sizes.reduce((sum, size) => sum + (parseSize(size) ?? 0), 0);
}
