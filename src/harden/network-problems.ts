import type { NetworkView } from './networks';

/** What is wrong with the networks of a project: data stores that others reach or that can call out. */
export function networkProblems({ services }: NetworkView): { service: string; problem: string }[] {
  return services
    .filter(({ store }) => store)
    .flatMap(({ name, unwanted, direct, egress }) => {
      const problems: string[] = [];
      if (unwanted.length > 0)
        problems.push(
          `is reachable from outside at port ${[...new Set(unwanted.map(({ published, target }) => published ?? target))].join(', ')}`,
        );
      if (direct) problems.push('is reachable from outside: it has no network of its own');
      if (egress === true) problems.push('can call out');
      return problems.map((problem) => ({ service: name, problem }));
    });
}
