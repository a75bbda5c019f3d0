import path from 'node:path';
import { inService } from '../../compose/in-service';
import { type Subject as CisSubject, cisTable } from '../cis';
import type { ContainerInfo } from '../client/types';
import type { Failure } from '../observe/types';
import type { Settled } from '../search/settle';
import type { Baseline } from './baseline';
import { type Compared, changesOf } from './changes';
import { type Exercised, exercisedBy, isExercised, unseenOf, withheldFrom } from './exercise';
import { isWorking, type ProvenService, type ProveReport } from './report';
import type { NewTexts, Rewriter } from './rewriter';
import { conversionOf, modelOf, type Running, type StackRun } from './run-stack';
import { hide, secretsOf } from './secrets';

/** All that was found out about a project. */
export interface Findings {
  running: Running;
  baseline: Baseline;
  settled: ReadonlyMap<string, Settled>;
  /** The first run, as it is, and the last, with what was found; and how services failed in that. */
  before: StackRun;
  last: StackRun;
  failures: ReadonlyMap<string, Failure[]>;
  rewriter: Rewriter;
  /** What batten itself knew to do with a service, in words. */
  ownExercise(name: string): string | undefined;
  runs: number;
  seconds: number;
}

/** What a proof says, with the person's secrets replaced. */
export async function reportOf(found: Findings): Promise<ProveReport> {
  const { running, settled, before, last, runs, seconds } = found;
  const { bench, project } = running;
  const services: ProvenService[] = [];
  for (const name of before.lives.keys()) services.push(await serviceOf(name, found));
  const report: ProveReport = {
    version: 1,
    files: project.files.map((file) => path.relative(project.directory, file) || file),
    engine: bench.engine.facts,
    compose: bench.compose.version,
    date: new Date().toISOString(),
    works: services.every(isWorking),
    services,
    cis: cisTable(subjects(before), subjects(last)),
    notes: [...notesOf(found), ...besideNote(found), ...[...settled].flatMap(onceNote)],
    runs,
    seconds,
  };
  return hide(report, secretsOf(before.model));
}

async function serviceOf(name: string, found: Findings): Promise<ProvenService> {
  const { running, baseline, before, last, failures, rewriter } = found;
  const { first } = before.lives.get(name)!;
  const info = running.images.info(name);
  const [failure] = failures.get(name) ?? [];
  const fault = baseline.faults.get(name) ?? baseline.unsteady.get(name) ?? (failure && `${failure.how} (${failure.life})`);
  const settled = found.settled.get(name);
  const exercised = exercisedOf(name, found);
  return {
    name,
    image: String(before.model.services[name]?.image ?? `${before.model.name}-${name}, built`),
    imageId: info?.Id ?? '',
    digest: info?.RepoDigests?.[0]?.split('@')[1],
    status: statusOf(name, found),
    ...(fault && { fault }),
    changes: settled ? await changesOf(name, settled, exercised, rewriter, (texts) => trialText(running, texts, name)) : [],
    ...exercisedText(name, found, exercised),
    withheld: exercised.withheld.map(({ reach, what }) => ({ reach, what })),
    baseline: { ready: first.ready, processes: first.processes, listening: first.listening ?? [], stopsWith: first.stoppedWith },
    log: (last.lives.get(name)?.second ?? last.lives.get(name)?.first ?? first).log,
  };
}

function statusOf(name: string, found: Findings): ProvenService['status'] {
  const { baseline, failures, settled } = found;
  if (baseline.faults.has(name)) return 'own-fault';
  if (baseline.unsteady.has(name)) return 'unsteady';
  if ((failures.get(name) ?? []).length > 0) return 'failed';
  if (!settled.has(name)) return 'unchanged';
  return isExercised(exercisedOf(name, found)) ? 'proven' : 'ran';
}

/** A service of the trial a set of texts leads to, to compare: what makes no difference there was not tried. */
async function trialText(running: Running, texts: NewTexts, name: string): Promise<Compared> {
  const model = await modelOf(running, texts, 'compared');
  const { model: trial } = await conversionOf(running, model, 'compared');
  return {
    trial: JSON.stringify([trial.services[name], trial.networks]),
    project: JSON.stringify([model.services[name], model.networks, model.volumes]),
  };
}

/** What was seen of a service before hardening, with what a health check that was only added showed. */
function exercisedOf(name: string, { running, baseline, before, last }: Findings): Exercised {
  const withheld = withheldFrom(name, running.images, before.conversion);
  const seen = exercisedBy(before.lives.get(name)!, baseline.habits.get(name), withheld);
  const after = last.lives.get(name);
  const healthy = after?.first.health === 'healthy' && (after.second === undefined || after.second.health === 'healthy');
  return healthy ? { ...seen, aspects: new Set([...seen.aspects, 'health']) } : seen;
}

function exercisedText(
  name: string,
  { baseline, before, ownExercise }: Findings,
  all: Exercised,
): Pick<ProvenService, 'exercised' | 'notExercised'> {
  const { first, second } = before.lives.get(name)!;
  const done = [...first.steps, ...(second?.steps ?? [])];
  const steps = done.map(({ what }) => what);
  const habits = baseline.habits.get(name);
  const secondFault = baseline.secondFault(name);
  const own = ownExercise(name);
  return {
    exercised: [
      ...(first.health ? ['its health check'] : []),
      ...(own ? [own] : [...new Set(steps)]),
      ...Object.entries(habits?.answers ?? {}).map(([port, answer]) => `a request to port ${port} (${answer})`),
      ...(habits?.twice ? ['a stop, and a second start on the same volumes'] : []),
    ],
    notExercised: [
      ...unseenOf(all),
      ...(secondFault ? [`a second start on the same volumes: as it is, ${secondFault}`] : []),
      // A check of the person's may write; the one that is known of an image does not.
      done.some(({ step }) => own === undefined || step !== 'check')
        ? 'whatever these steps do not reach'
        : 'writing through it: no probe does (--probe, or probes in the configuration)',
    ],
  };
}

/** How the trials differed from the project: what a change takes away is missing in the last one, and was not given in the first either. */
function notesOf({ running, before, last }: Findings): string[] {
  return [...new Set([...running.images.notes, ...before.conversion.notes, ...last.conversion.notes])];
}

/** Files that the changes need and that are not in the project: a trial has its own. */
function besideNote({ rewriter, settled, running: { project } }: Findings): string[] {
  const { texts } = rewriter(new Map([...settled].map(([name, { plan }]) => [name, plan])));
  const made = [...texts].filter(([, { beside }]) => beside).map(([file]) => path.relative(project.directory, file));
  return made.length > 0 ? [`the trial had its own ${made.sort().join(', ')}: nothing was written into the project`] : [];
}

function onceNote([name, { once }]: [string, Settled]): string[] {
  return once ? [inService(name, `it failed hardened once, and worked when the same was tried again: ${once.how}`)] : [];
}

function subjects({ containers, model }: StackRun): Map<string, CisSubject> {
  return new Map(
    [...containers].map(([name, container]: [string, ContainerInfo]) => [name, { container, service: model.services[name] ?? {} }]),
  );
}
