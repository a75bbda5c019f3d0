import { createHash } from 'node:crypto';
import { isMap, sorted } from '../compose/data';
import type { ComposeProject } from '../compose/project';
import type { ComposeService } from '../compose/service';
import type { Inspected } from '../images/image-config';
import type { Data } from '../yaml/types';
import type { Evidence, Proposal, StaleProof } from './types';

/** Where a proof is kept, relative to the directory of the Compose file. */
export const PROOF_FILE = '.batten/proof.json';

/** What a run found out about one transform of a service. `plans` are the changes that ran; a value is as it would be typed at the prompt. */
export type ProofChange =
  | { outcome: 'proven' | 'relaxed'; plans: string[]; value?: string }
  | { outcome: 'left-out'; why: string; line?: string };

export interface ServiceProof {
  image: string;
  imageId: string;
  digest?: string;
  /** Fingerprints of the service as it was written before, and as it is written with what was proven. */
  before: string;
  after: string;
  changes: Record<string, ProofChange>;
  exercised: string[];
  notExercised: string[];
}

/** `.batten/proof.json`: what ran on an Engine, and with which settings. */
export interface StoredProof {
  version: 1;
  /** The day and time of the run. */
  date: string;
  engine: { version: string; os: string; kernel: string; platform?: string; security: string[] };
  compose: string;
  services: Record<string, ServiceProof>;
}

/**
 * Keys that say how a service runs. What a trial cannot see (published ports, restart policies, labels, logging) is no part of a proof, so it
 * may change without making it stale.
 */
const KEYS = [
  ...['image', 'build', 'command', 'entrypoint', 'environment', 'env_file', 'working_dir', 'user', 'group_add', 'cap_add', 'cap_drop'],
  ...[
    'security_opt',
    'privileged',
    'read_only',
    'tmpfs',
    'volumes',
    'volumes_from',
    'devices',
    'secrets',
    'configs',
    'networks',
    'network_mode',
  ],
  ...[
    'pid',
    'ipc',
    'uts',
    'userns_mode',
    'cgroup',
    'init',
    'sysctls',
    'ulimits',
    'shm_size',
    'mem_limit',
    'memswap_limit',
    'pids_limit',
    'cpus',
  ],
  ...['deploy', 'hostname', 'extra_hosts', 'depends_on', 'stop_signal', 'stop_grace_period', 'runtime', 'platform', 'tty', 'stdin_open'],
];

/** Tells whether a service is still written as it was when it was proven. */
export function fingerprint(service: ComposeService): string {
  const written = KEYS.flatMap((key): [string, Data][] => {
    const data = service.data(key);
    if (data === undefined) return [];
    // A digest names the image the tag did.
    return [[key, key === 'image' ? String(data).replace(/@sha256:[\da-f]+$/, '') : sorted(data)]];
  });
  return createHash('sha256').update(JSON.stringify(written)).digest('hex').slice(0, 32);
}

/** Reads a stored proof. Undefined when it is not one this version of batten understands: the file may come from anywhere. */
export function parseProof(text: string): StoredProof | undefined {
  let data: Data;
  try {
    data = JSON.parse(text) as Data;
  } catch {
    return undefined;
  }
  if (!isMap(data) || data.version !== 1 || typeof data.date !== 'string' || !isMap(data.engine) || !isMap(data.services)) return undefined;
  if (!isTexts(data.engine.security) || !['undefined', 'string'].includes(typeof data.engine.platform)) return undefined;
  return Object.values(data.services).every(isServiceProof) ? (data as unknown as StoredProof) : undefined;
}

function isServiceProof(data: Data): boolean {
  if (!isMap(data) || !isMap(data.changes)) return false;
  const texts = [data.image, data.imageId, data.before, data.after];
  const lists = [data.exercised, data.notExercised];
  return texts.every((text) => typeof text === 'string') && lists.every(isTexts) && Object.values(data.changes).every(isChange);
}

function isChange(data: Data): boolean {
  if (!isMap(data)) return false;
  if (data.outcome === 'left-out') return typeof data.why === 'string';
  return (
    (data.outcome === 'proven' || data.outcome === 'relaxed') && isTexts(data.plans) && ['undefined', 'string'].includes(typeof data.value)
  );
}

function isTexts(data: Data | undefined): boolean {
  return Array.isArray(data) && data.every((item) => typeof item === 'string');
}

/** A stored proof beside a project, and an Engine, as they are now. */
export class Proofs {
  private readonly current = new Map<string, ServiceProof>();
  /** Services that something has changed of since. */
  readonly stale: StaleProof[] = [];
  private readonly otherVersion: string | undefined;

  /** @param inspected what the Engine said, where it was asked. Without it nothing is known of its images. */
  constructor(
    private readonly stored: StoredProof,
    project: ComposeProject,
    inspected?: Inspected,
  ) {
    for (const [name, proof] of Object.entries(stored.services)) {
      const service = project.service(name);
      if (!service) continue;
      const reason = this.staleness(proof, service, inspected);
      if (reason !== undefined) this.stale.push({ service: name, reason });
      else if (fingerprint(service) === proof.before) this.current.set(name, proof);
    }
    const now = inspected?.engine?.version;
    if (now !== undefined && now !== stored.engine.version) this.otherVersion = now;
  }

  /** What the person should know of it. */
  get notes(): string[] {
    const from = `the proof of ${day(this.stored.date)}`;
    return [
      ...this.stale.map(({ service, reason }) => `${service}: ${from} is stale, because ${reason}: run batten prove again`),
      ...(this.otherVersion === undefined
        ? []
        : [`${from} is of Docker ${this.stored.engine.version}, and this is ${this.otherVersion}: it still counts`]),
    ];
  }

  /**
   * Another image, platform or set of security modules is another world to a container. Another version of the Engine rarely is, and is only
   * said; the kernel is not compared.
   */
  private staleness({ before, after, imageId, digest }: ServiceProof, service: ComposeService, inspected?: Inspected): string | undefined {
    if (![before, after].includes(fingerprint(service))) return 'the service has changed since';
    const { platform, security } = this.stored.engine;
    const engine = inspected?.engine;
    if (engine && platform !== undefined && platform !== engine.platform) return `it ran on ${platform}, and this is ${engine.platform}`;
    if (engine && sortedText(security) !== sortedText(engine.security)) {
      return `it ran with ${sortedText(security) || 'no security module'}, and this Engine has ${sortedText(engine.security) || 'none'}`;
    }
    // What is built may have been built for the trial alone, with its label.
    const name = service.build ? undefined : service.image?.text;
    const now = name === undefined ? undefined : inspected?.ids.get(name);
    if (!now || imageId === '' || now.id === imageId || (digest !== undefined && now.digests.includes(digest))) return undefined;
    return `${name} is another image now (${short(now.id)}, and it ran with ${short(imageId)})`;
  }

  /**
   * A proposal in the light of what ran. One that ran is proven, with the value that ran; one that failed there is a guess. Others, and all
   * of services that have changed since, stay what they are.
   */
  apply(transform: string, proposal: Proposal): Proposal {
    if (proposal.refusal) return proposal;
    const { service, services = [service], editable } = proposal;
    const proof = this.current.get(service);
    const change = proof?.changes[transform];
    if (!proof || !change || services.some((name) => !this.current.has(name))) return proposal;
    if (change.outcome === 'left-out') {
      const breaks = `it failed on your Engine on ${day(this.stored.date)}: ${change.why}`;
      return {
        ...proposal,
        confidence: 'guess',
        breaks,
        evidence: [...proposal.evidence, this.evidence(proof, change.line ?? change.why)],
      };
    }
    const ran = this.evidence(proof, `ran with exactly these settings: ${proof.exercised.join('; ') || 'started and stopped'}`);
    const common = { confidence: 'proven', breaks: `what was not exercised: ${proof.notExercised.join('; ')}` } as const;
    if (change.value === undefined || change.value === editable?.value) {
      return change.value !== undefined || change.plans.includes(proposal.plan)
        ? { ...proposal, ...common, evidence: [...proposal.evidence, ran] }
        : proposal;
    }
    const ops = editable?.rebuild(change.value);
    if (!editable || !Array.isArray(ops)) return proposal;
    const plan = `${proposal.plan.split(',')[0]}, as it ran: ${editable.label} ${change.value || 'none'}`;
    return { ...proposal, ...common, plan, ops, editable: { ...editable, value: change.value }, evidence: [...proposal.evidence, ran] };
  }

  private evidence({ image, digest, imageId }: ServiceProof, detail: string): Evidence {
    const { engine, date } = this.stored;
    return {
      kind: 'engine-run',
      ref: PROOF_FILE,
      detail: `${detail} (${image}, ${(digest ?? imageId).slice(0, 19)}, Docker ${engine.version}, ${day(date)})`,
    };
  }
}

const sortedText = (names: readonly string[]): string => [...names].sort().join(', ');

const short = (id: string): string => id.replace('sha256:', '').slice(0, 12);

const day = (date: string): string => date.slice(0, 10);
