import { readNoNewPrivileges } from '../../src/compose/security-opt';
import type { ComposeService } from '../../src/compose/service';
import { atMost } from '../../src/harden/confidence';
import { addToList, type Transform, type TransformContext } from '../../src/harden/transform';
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
  default: true,
  *find(context) {
    for (const service of context.project.services) {
      if (!service.complete) continue;
      const proposal = propose(service, context);
      if (proposal) yield proposal;
    }
  },
};

export default transform;

type Reading = 'on' | 'off' | 'refused' | undefined;

function propose(service: ComposeService, { advise }: TransformContext): Proposal | undefined {
  const items = listOf(service.data('security_opt'));
  const readings = items.map(read);
  const wrong = readings.indexOf('refused');
  // The Engine goes through the list in order: the last one counts.
  const last = readings.findLast((reading) => reading === 'on' || reading === 'off');
  if (last === 'on' && wrong < 0) return undefined;

  const verdict = advise(service).noNewPrivileges;
  const common = {
    service: service.name,
    path: [...service.path, 'security_opt'],
    severity: transform.severity,
    controls: transform.controls,
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
  if (last === 'off') {
    return {
      ...common,
      message: `"${service.name}" switches no-new-privileges off`,
      plan: `switch no-new-privileges on for "${service.name}"`,
      confidence: atMost(verdict.confidence, 'generic'),
      ops: corrected(service, items, readings),
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
 * The items that are about it become one `no-new-privileges:true`. A second one is removed: Compose refuses doubles
 * (docker/compose#11777).
 */
function corrected(service: ComposeService, items: readonly Data[], readings: readonly Reading[]): Op[] {
  const path = [...service.path, 'security_opt'];
  const first = readings.findIndex((reading) => reading !== undefined);
  const rest = items.map((_, index) => index).filter((index) => index !== first && readings[index] !== undefined);
  const origin = service.origin('security_opt');
  if (origin !== 'own') {
    const list = items.flatMap((item, index) => (index === first ? [ON] : readings[index] === undefined ? [item] : []));
    return [origin === 'alias' ? { op: 'replace', path, value: list } : { op: 'add', path, value: list }];
  }
  const replace: Op[] = items[first] === ON ? [] : [{ op: 'replace', path: [...path, first], value: ON }];
  return [...replace, ...rest.reverse().map((index): Op => ({ op: 'remove', path: [...path, index] }))];
}

function read(item: Data): Reading {
  // `- no-new-privileges: true` is a map to YAML and an error to Compose.
  if (item !== null && typeof item === 'object') return 'no-new-privileges' in item ? 'refused' : undefined;
  return readNoNewPrivileges(String(item));
}

function listOf(data: Data | undefined): Data[] {
  return Array.isArray(data) ? data : [];
}

function show(item: Data): string {
  return typeof item === 'string' ? `"${item}"` : `\`${JSON.stringify(item)}\``;
}
