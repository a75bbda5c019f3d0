import { inService } from '../../compose/in-service';
import type { ComposeProject } from '../../compose/project';
import type { ComposeService } from '../../compose/service';
import type { Inspected } from '../../images/image-config';
import type { Evidence, Proposal, ProposedChange, StaleProof } from '../types';
import { hashOfChange } from './change-hash';
import { PROOF_FILE, type ProofChange, type ProofRead, type ServiceProof, type StoredProof } from './file';
import { fingerprint } from './service-fingerprint';

/** A kept proof beside a project, and an Engine, as they are now. */
export class Proofs {
  private readonly current = new Map<string, ServiceProof>();
  /** Services that something has changed of since. */
  readonly stale: StaleProof[] = [];
  /** What the person should know of it. */
  readonly notes: string[] = [];
  private readonly stored: StoredProof | undefined;
  private readonly trusted: boolean = false;

  /** @param inspected what the Engine said, where it was asked. Without it nothing is known of its images. */
  constructor(read: ProofRead, project: ComposeProject, inspected?: Inspected) {
    if (read.kind === 'unreadable') this.notes.push(`${PROOF_FILE} counts for nothing, because ${read.why}: run batten prove again`);
    if (read.kind === 'earlier') this.outdated(read.services, project);
    if (read.kind !== 'proof') return;
    this.stored = read.stored;
    this.trusted = read.trusted;
    for (const [name, proof] of Object.entries(this.stored.services)) {
      const service = project.service(name);
      if (!service) continue;
      const reason = this.staleness(this.stored, proof, service, inspected);
      if (reason !== undefined) this.stale.push({ service: name, reason });
      else if (fingerprint(service) === proof.before) this.current.set(name, proof);
    }
    const from = `the proof of ${day(this.stored.date)}`;
    for (const { service, reason } of this.stale)
      this.notes.push(inService(service, `${from} is stale, because ${reason}: run batten prove again`));
    // One of another machine counts for little: what has changed since would be said to everybody who has a copy of the project.
    if (!this.trusted && this.current.size > 0)
      this.notes.push(`${from} was not made on this machine: it is evidence, and nothing is proven by it`);
    const now = inspected?.engine?.version;
    if (now !== undefined && now !== this.stored.engine.version)
      this.notes.push(`${from} is of Docker ${this.stored.engine.version}, and this is ${now}: it still counts`);
  }

  private outdated(services: readonly string[], project: ComposeProject): void {
    const reason = 'an earlier version of batten kept it, by sentences instead of changes';
    for (const service of services.filter((name) => project.service(name))) this.stale.push({ service, reason });
    if (this.stale.length > 0) this.notes.push(`${PROOF_FILE} is stale, because ${reason}: run batten prove again`);
  }

  /**
   * Another image, platform or set of security modules is another world to a container. Another version of the Engine rarely is, and is only
   * said; the kernel is not compared.
   */
  private staleness(
    { engine: ran }: StoredProof,
    { before, after, imageId, digest }: ServiceProof,
    service: ComposeService,
    inspected?: Inspected,
  ): string | undefined {
    if (![before, after].includes(fingerprint(service))) return 'the service has changed since';
    const { platform, security } = ran;
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
   * A proposal in the light of what ran. One that ran here and was exercised is proven, with the value that ran; one that only ran stays what it is; one
   * that failed is a guess. All others, and all of services that have changed since, stay what they are.
   *
   * What another machine's proof says, or one that somebody wrote, is evidence for what is proposed anyway: it changes no value and no confidence.
   */
  apply(transform: string, proposal: Proposal): Proposal {
    if (proposal.refusal || !this.stored) return proposal;
    const { service, services = [service] } = proposal;
    const proof = this.current.get(service);
    const change = proof && Object.hasOwn(proof.changes, transform) ? proof.changes[transform] : undefined;
    if (!proof || !change || services.some((name) => !this.current.has(name))) return proposal;
    if (!this.trusted) return this.reported(proposal, proof, change);
    if (change.outcome === 'left-out') return this.failed(proposal, proof, change);
    const ran = asItRan(proposal, change);
    if (!ran) return proposal;
    const unexercised = change.unexercised ?? [];
    const said =
      change.outcome === 'ran' ? `ran with exactly these settings, but was not exercised: ${unexercised.join('; ')}` : exercisedText(proof);
    return {
      ...ran,
      ...(change.outcome !== 'ran' && { confidence: 'proven' as const }),
      breaks: `what was not exercised: ${proof.notExercised.join('; ')}`,
      evidence: [...proposal.evidence, this.evidence(proof, said)],
    };
  }

  private failed(proposal: ProposedChange, proof: ServiceProof, { why, line }: Extract<ProofChange, { outcome: 'left-out' }>): Proposal {
    return {
      ...proposal,
      confidence: 'guess',
      breaks: `it failed on your Engine on ${day(this.stored!.date)}: ${why}`,
      evidence: [...proposal.evidence, this.evidence(proof, line ?? why)],
    };
  }

  /** What is said of a change by a proof that this machine did not make. */
  private reported(proposal: ProposedChange, proof: ServiceProof, change: ProofChange): Proposal {
    const elsewhere = (detail: string): Proposal => ({
      ...proposal,
      evidence: [...proposal.evidence, this.evidence(proof, `a proof that was not made on this machine says: ${detail}`)],
    });
    if (change.outcome === 'left-out') return elsewhere(`it failed, ${change.why}`);
    return change.hashes.includes(hashOfChange(proposal)) ? elsewhere(exercisedText(proof)) : proposal;
  }

  private evidence({ image, digest, imageId }: ServiceProof, detail: string): Evidence {
    const { engine, date } = this.stored!;
    return {
      kind: 'engine-run',
      ref: PROOF_FILE,
      detail: `${detail} (${image}, ${(digest ?? imageId).slice(0, 19)}, Docker ${engine.version}, ${day(date)})`,
    };
  }
}

/** The very change that ran, told by its hash: as it is proposed, or with the value it ran with. Undefined when it did not run. */
function asItRan(proposal: ProposedChange, { hashes, value }: Exclude<ProofChange, { outcome: 'left-out' }>): ProposedChange | undefined {
  const { editable } = proposal;
  if (value === undefined || value === editable?.value) return hashes.includes(hashOfChange(proposal)) ? proposal : undefined;
  const ops = editable?.rebuild(value);
  if (!editable || !Array.isArray(ops) || !hashes.includes(hashOfChange({ ...proposal, ops }))) return undefined;
  return {
    ...proposal,
    ops,
    plan: `${proposal.plan}; as it ran, with ${editable.label} ${value || 'none'}`,
    editable: { ...editable, value },
  };
}

const exercisedText = ({ exercised }: ServiceProof): string =>
  `ran with exactly these settings: ${exercised.join('; ') || 'started and stopped'}`;

const sortedText = (names: readonly string[]): string => [...names].sort().join(', ');

const short = (id: string): string => id.replace('sha256:', '').slice(0, 12);

const day = (date: string): string => date.slice(0, 10);
