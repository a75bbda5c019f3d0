import type { DockerSocket, HealthCheck, Reading } from './facts';
import { believed, type Match } from './match';
import type { Entry } from './template';

/** Writes the entries of one field under a title, each with its condition, reason and sources. */
export type Section = <T>(entries: readonly Entry<T>[], title: string, show: (value: T) => string) => void;

/** Adds what a template says beside its controls: health check, secrets, Docker socket, host access, and where its sources disagree. */
export function explainFacts(lines: string[], match: Pick<Match, 'template' | 'why' | 'entry'>, section: Section): void {
  const { template } = match;
  const { healthcheck = [], secrets = [], docker_socket = [], host_access = [], conflicts = [] } = template;
  section(healthcheck, 'health check', healthText);
  if (secrets.length > 0) {
    lines.push('', 'secrets');
    for (const { env, file, instead, confidence, sources } of secrets) {
      const other = [file === null ? undefined : `or a file that ${file} names`, instead].filter(Boolean).join('; ');
      const sure = believed(match, { confidence, why: '', sources }).confidence;
      lines.push(`  ${env}${other ? `, ${other}` : ', in the environment only'}  (${sure}) [${sources.join(', ')}]`);
    }
  }
  section(docker_socket, 'Docker socket', socketText);
  if (host_access.length > 0) {
    lines.push('', 'host access that is its job');
    for (const { kind, what, optional, read_only, sources, ...fact } of host_access) {
      const { confidence, why } = believed(match, { ...fact, sources });
      lines.push(
        `  ${kind} ${what}  (${confidence}${optional ? ', for some uses only' : ''})`,
        `      ${why}${read_only ? '; read-only is enough' : ''} [${sources.join(', ')}]`,
      );
    }
  }
  if (conflicts.length > 0) {
    lines.push('', 'where sources disagree');
    for (const { field, followed, rejected, why } of conflicts) {
      lines.push(`  ${field}: ${readingText(followed)}`);
      for (const reading of rejected) lines.push(`      against: ${readingText(reading)}`);
      lines.push(`      the first is followed: ${why}`);
    }
  }
}

function healthText(value: HealthCheck | null): string {
  if (value === null) return 'none from inside of the container';
  const extras = [value.builtin && 'built in', value.needs && `needs ${value.needs}`, value.note].filter(Boolean).join('; ');
  if (value.test === undefined) return extras;
  return `${value.test.join(' ')}${extras ? `  (${extras})` : ''}`;
}

function socketText({ need, client, sections }: DockerSocket): string {
  if (need === 'none') return 'not needed';
  if (need === 'proxy') return 'held for others';
  const parts = [need, client && `pointed at a proxy by ${client}`, sections && `asks for ${sections.join(' ')}`];
  return parts.filter(Boolean).join(', ');
}

function readingText({ says, sources }: Reading): string {
  return `${says} [${sources.join(', ')}]`;
}
