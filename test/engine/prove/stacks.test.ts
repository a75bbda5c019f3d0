import { rmSync } from 'node:fs';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { exercisesOf } from '../../../src/cli/trial';
import { prove as proveWith } from '../../../src/engine';
import type { ProveReport } from '../../../src/engine/prove/report';
import type { Rewriter } from '../../../src/engine/prove/rewriter';
import type { Finding } from '../../../src/harden/types';
import { batten, copyOf, NAIVE, prepare, probesFor, type Ran, read, removeAll, reportOf, STACKS, type StackCase } from './stacks';

/** Plain stacks on a real Engine: blanket hardening, what batten writes, and what it finds out by itself. See ../README.md for the variables. */
const only = process.env.BATTEN_ENGINE_ONLY?.split(',');
/** All of them are tried on demand. */
const SAMPLE = ['blog'];
const wanted = only ?? (process.env.BATTEN_FULL === '1' ? undefined : SAMPLE);
const chosen = STACKS.filter(({ name }) => wanted?.includes(name) ?? true);
const enabled = process.env.BATTEN_ENGINE === '1' && chosen.length > 0;

interface Service {
  user?: string;
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  read_only?: boolean;
  tmpfs?: string[];
}

interface Tried {
  naive: ProveReport;
  known: ProveReport;
  /** `fix --prove` without templates, and what it wrote. */
  unknown: { ran: Ran; after: Record<string, Service> };
}

(enabled ? describe : describe.skip)('stacks on a real Engine', () => {
  const tried = new Map<string, Tried>();

  beforeAll(async () => {
    for (const stack of chosen) await prepare(stack);
    await Promise.all(chosen.map(async (stack) => void tried.set(stack.name, await tryAll(stack))));
  }, 45 * 60_000);
  afterAll(removeAll);

  describe.each(chosen.map((stack) => [stack.name, stack] as const))('%s', (name, { members }) => {
    const of = (): Tried => tried.get(name)!;

    test('works without any hardening', () => {
      expect(of().naive.services.filter(({ status }) => status === 'own-fault')).toEqual([]);
      expect(
        of()
          .naive.services.map((service) => service.name)
          .sort(),
      ).toEqual(Object.keys(members).sort());
    });

    test('works with what batten writes by default, nothing taken back', () => {
      expect(of().known.services.map((service) => [service.name, service.status, service.fault])).toEqual(
        of().known.services.map((service) => [service.name, service.status === 'unchanged' ? 'unchanged' : 'proven', undefined]),
      );
      expect(
        of().known.services.flatMap(({ changes }) => changes.filter(({ outcome }) => outcome === 'left-out' || outcome === 'relaxed')),
      ).toEqual([]);
    });

    test('works with what fix --prove finds without knowing the images', () => {
      const { code, err } = of().unknown.ran;
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    });

    test('and that is within two settings of the least, found by hand', () => {
      const far = Object.entries(members).flatMap(([service, { least }]) => {
        const more = distance(of().unknown.after[service]!, least);
        return more.length > 2 ? [`${service}: ${more.join(', ')}`] : [];
      });
      expect(far).toEqual([]);
    });

    test('passes more checks of the CIS benchmark than before, and no fewer of any', () => {
      const { cis } = of().known;
      expect(cis.filter(({ before, after }) => after < before)).toEqual([]);
      const all = Object.keys(members).length;
      for (const title of ['no new privileges', 'all capabilities dropped but those named']) {
        expect(cis.find((row) => row.title === title)).toMatchObject({ before: 0, after: all });
      }
    });
  });

  test('blanket hardening breaks most of them', () => {
    const services = [...tried.values()].flatMap(({ naive }) => naive.services);
    const broken = services.filter(({ changes }) => changes.some(({ outcome }) => outcome === 'left-out'));
    const lines = broken.map(({ name, changes }) => `    ${name}: ${changes[0]!.why?.how}`);
    process.stderr.write(`  blanket hardening breaks ${broken.length} of ${services.length} services\n${lines.join('\n')}\n`);
    expect(broken.length).toBeGreaterThan(services.length / 2);
  });
});

async function tryAll(stack: StackCase): Promise<Tried> {
  const directory = copyOf('stacks', stack.name);
  const probes = probesFor(stack);
  const naive = await proveNaive(directory, probes);
  const known = reportOf(await batten(['prove', '--confidence', 'generic', '--format', 'json', ...probes], directory));
  rmSync(path.join(directory, '.batten'), { recursive: true });
  const report = [naive, known].map(({ runs, seconds }) => `${runs} runs in ${seconds} s`).join(', ');
  process.stderr.write(`  ${stack.name}: ${report}\n`);
  const ran = await batten(['fix', '--prove', '--yes', '--no-templates', '--timeout', '90', ...probes], directory);
  process.stderr.write(ran.err);
  return { naive, known, unknown: { ran, after: (parse(read(directory)) as { services: Record<string, Service> }).services } };
}

/** The same search over one change a service: all that blanket hardening does. */
function proveNaive(directory: string, probes: readonly string[]): Promise<ProveReport> {
  const file = path.join(directory, 'compose.yaml');
  const rewriter: Rewriter = (plans) => {
    const model = parse(read(directory)) as { services: Record<string, Service> };
    const findings = Object.keys(model.services).map((service) => ({ service, transform: 'naive', plan: 'harden everything' }) as Finding);
    const applied = new Set(
      findings.filter(
        ({ service }) =>
          plans.has(service) && plans.get(service)!.skip !== 'all' && !(plans.get(service)!.skip as Set<string>).has('naive'),
      ),
    );
    for (const { service } of applied) Object.assign(model.services[service]!, NAIVE);
    return { texts: new Map([[file, { text: stringify(model, { version: '1.1' }) }]]), findings, applied };
  };
  const exercises = exercisesOf(probes.filter((word) => word !== '--probe'));
  const trial = { volumes: 'fresh', binds: 'copy', allowPrivileged: false } as const;
  const project = { files: [file], directory, profiles: [] };
  const rest = { timeout: 90, keep: false, trace: false, listener: () => undefined, signal: new AbortController().signal };
  return proveWith({ project, env: process.env, rewriter, trial, exercises, ...rest }).then(({ report }) => report);
}

/** Which settings are more, or less strict, than the least a service works with. A user of its own counts for the capabilities it makes needless. */
function distance(now: Service, least: { cap_add: string[]; tmpfs: string[] }): string[] {
  const paths = (now.tmpfs ?? []).map((mount) => mount.split(':')[0]!);
  return [
    ...(now.cap_drop?.includes('ALL') ? [] : ['capabilities are not dropped']),
    ...(now.security_opt?.includes('no-new-privileges:true') ? [] : ['new privileges']),
    ...(now.read_only ? [] : ['a writable root']),
    ...(now.cap_add ?? []).filter((name) => !least.cap_add.includes(name)),
    ...paths.filter((each) => !least.tmpfs.includes(each)),
  ];
}
