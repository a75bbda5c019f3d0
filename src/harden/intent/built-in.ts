import type { ComposeService } from '../../compose/service';
import { parseReference } from '../../images/reference';
import type { Role } from '../../images/types';
import type { Call, IntentContext } from './types';

/** Roles that are called and call nobody: a data store, a cache, a queue. */
export const CALLED: ReadonlySet<Role> = new Set(['datastore', 'cache', 'queue']);

/** Words by which a service, or what it runs, is called when it takes its work from a queue. */
const WORK: ReadonlySet<string> = new Set(
  'worker workers celery beat scheduler sidekiq resque rq rqworker consumer queue jobs horizon dramatiq huey arq flower'.split(' '),
);

/** What is asked of the intent of a project. */
interface Known {
  callsOf(name: string): readonly Call[];
  onlyAnswers(service: ComposeService): boolean;
  routesSeen(service: ComposeService): boolean;
}

/**
 * The pairs of a service and a store of which nothing says that they talk, and of which the image of the one may know the other's address by
 * itself, as `redis://redis:6379`: a store whose address nobody writes down, one that another service of the same image uses, and a broker
 * beside a worker. By the name of either, then of the other, with the reason.
 */
export function builtInPairs({ project, advise }: IntentContext, known: Known): Map<string, Map<string, string>> {
  const out = new Map<string, Map<string, string>>();
  const put = (one: string, other: string, why: string): void => {
    const others = out.get(one) ?? new Map<string, string>();
    out.set(one, others.set(other, why));
  };
  const stores = project.services.filter((service) => service.complete && CALLED.has(advise(service).role));
  const callers = stores.length === 0 ? [] : project.services.filter((each) => !known.onlyAnswers(each) && !known.routesSeen(each));
  const workers = callers.filter(isWorker);
  const byImage = new Map<string, ComposeService[]>();
  for (const service of callers) {
    const image = imageOf(service);
    if (image !== undefined) byImage.set(image, [...(byImage.get(image) ?? []), service]);
  }
  for (const store of stores) {
    const users = known.callsOf(store.name);
    const pair = (service: ComposeService, why: string): void => {
      if (service === store || users.some(({ from }) => from === service.name)) return;
      put(service.name, store.name, why);
      put(store.name, service.name, why);
    };
    if (!users.some(({ named }) => named)) {
      for (const each of callers)
        pair(each, `nothing in the project names "${store.name}", so that who uses it knows its address by itself`);
      continue;
    }
    if (advise(store).role !== 'datastore')
      for (const each of workers) pair(each, `"${each.name}" works on what a queue holds, and "${store.name}" may be where that is`);
    for (const image of new Set(users.map(({ from }) => imageOf(project.service(from)!))))
      for (const each of image === undefined ? [] : (byImage.get(image) ?? []))
        pair(each, `another service of the image of "${each.name}" uses "${store.name}"`);
  }
  return out;
}

function imageOf({ image, build }: ComposeService): string | undefined {
  return build ? `build ${build.context?.raw ?? '.'}` : image && parseReference(image.raw).name;
}

function isWorker({ name, command = [], entrypoint = [] }: ComposeService): boolean {
  return [name, ...entrypoint, ...command].some((text) =>
    text
      .toLowerCase()
      .split(/[^a-z]+/)
      .some((word) => WORK.has(word)),
  );
}
