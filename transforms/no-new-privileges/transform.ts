import { evaluate } from '../../src/compose/interpolate';
import { readNoNewPrivileges } from '../../src/compose/security-opt';
import type { ComposeService } from '../../src/compose/service';
import { atMost } from '../../src/harden/confidence';
import { about, eachService } from '../../src/harden/each';
import { addToList, isBorrowed, isOwn, rewriteList } from '../../src/harden/ops';
import type { Transform, TransformContext } from '../../src/harden/transform';
import type { Evidence, Proposal } from '../../src/harden/types';
import type { Data, Op } from '../../src/yaml/types';

const ON = 'no-new-privileges:true';

const SPELLINGS: Evidence = {
  kind: 'compose-semantics',
  ref: 'https://github.com/moby/moby/blob/b985e23/daemon/daemon_unix.go',
  detail:
    'the Engine takes no-new-privileges alone, or with `:` or `=` and a Go boolean; everything else stops the container from being created',
};

const transform: Transform = {
  id: 'no-new-privileges',
  title: 'No new privileges',
  summary: 'Adds `no-new-privileges:true` to `security_opt`, so that setuid binaries and file capabilities give nothing more.',
  severity: 'medium',
  controls: ['CIS 5.26', 'OWASP RULE#4'],
  preset: 'recommended',
  find: (context) => eachService(context, propose),
};

export default transform;

type Reading = 'on' | 'off' | 'refused' | 'unknown' | undefined;

function propose(service: ComposeService, { advise }: TransformContext): Proposal | undefined {
  const items = listOf(service.nearest('security_opt'));
  const readings = items.map(read);
  const written = isOwn(service, 'security_opt') || isBorrowed(service, 'security_opt');
  const wrong = written ? readings.indexOf('refused') : -1;
  // The Engine goes through the list in order: the last one counts. What the service extends comes first in it.
  const all = service.securityOpt.map(({ raw }) => read(raw));
  const last = all.findLast((reading) => reading === 'on' || reading === 'off' || reading === 'unknown');
  if (last === 'on' && wrong < 0) return undefined;

  const verdict = advise(service).noNewPrivileges;
  const common = {
    ...about(transform, service, 'security_opt'),
    breaks: verdict.breaks ?? 'sudo, su and other setuid programs inside the container, and file capabilities of a non-root process',
    evidence: verdict.evidence,
  };
  if (wrong >= 0) {
    return {
      ...common,
      message: `"${service.name}" spells no-new-privileges in a way the Engine refuses: ${show(items[wrong]!)}`,
      plan: `write it as ${ON} on "${service.name}"`,
      confidence: 'known',
      evidence: [SPELLINGS],
      ops: corrected(service, items, readings),
    };
  }
  if (!verdict.value) {
    return {
      ...common,
      message: `"${service.name}" may gain new privileges`,
      plan: `leave no-new-privileges off for "${service.name}"`,
      confidence: verdict.confidence,
      refusal: { code: 'needs-decision', message: verdict.why },
    };
  }
  if (last === 'unknown') {
    return {
      ...common,
      message: `whether "${service.name}" may gain new privileges hangs on a variable without a default`,
      plan: `switch no-new-privileges on for "${service.name}"`,
      confidence: verdict.confidence,
      refusal: { code: 'interpolated', message: 'set the variable to true where it is defined, or write the value in the file' },
    };
  }
  if (last === 'off') {
    return {
      ...common,
      message: `"${service.name}" switches no-new-privileges off`,
      plan: `switch no-new-privileges on for "${service.name}"`,
      // Who wrote it had a reason: a program that gains privileges (zabbix/zabbix-docker#1836).
      confidence: atMost(verdict.confidence, 'guess'),
      ops: readings.includes('off') ? corrected(service, items, readings) : addToList(service, 'security_opt', [ON]),
    };
  }
  return {
    ...common,
    message: `"${service.name}" may gain new privileges through setuid programs`,
    plan: `add ${ON} to "${service.name}"`,
    confidence: verdict.confidence,
    ops: addToList(service, 'security_opt', [ON]),
  };
}

/**
 * The items that are about it become one `no-new-privileges:true`, or none where the service extends one that has it: Compose refuses
 * doubles, also across `extends` (docker/compose#11777).
 */
function corrected(service: ComposeService, items: readonly Data[], readings: readonly Reading[]): Op[] {
  if (!isOwn(service, 'security_opt') && !isBorrowed(service, 'security_opt')) return addToList(service, 'security_opt', [ON]);
  const inherited = isOwn(service, 'security_opt') && (service.extended?.securityOpt.some(({ raw }) => raw === ON) ?? false);
  const first = inherited ? -1 : readings.findIndex((reading) => reading !== undefined);
  return rewriteList(
    service,
    'security_opt',
    items.map((item, index) => (index === first ? ON : readings[index] === undefined ? item : undefined)),
  );
}

function read(item: Data): Reading {
  // `- no-new-privileges: true` is a map to YAML and an error to Compose.
  if (item !== null && typeof item === 'object') return 'no-new-privileges' in item ? 'refused' : undefined;
  const { text, known } = evaluate(String(item));
  const reading = readNoNewPrivileges(text);
  return reading === undefined || known ? reading : 'unknown';
}

function listOf(data: Data | undefined): Data[] {
  return Array.isArray(data) ? data : [];
}

function show(item: Data): string {
  return typeof item === 'string' ? `"${item}"` : `\`${JSON.stringify(item)}\``;
}
