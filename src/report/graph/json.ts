import { networkProblems } from '../../harden/network-problems';
import type { NetworkChange, NetworkView } from '../../harden/networks';

/** The networks of several projects for programs; versioned like the report. */
export function networksJson(
  projects: readonly { path: string; change: NetworkChange }[],
  tool: { name: string; version: string },
): string {
  const data = {
    version: 1,
    tool,
    projects: projects.map(({ path, change }) => ({
      path,
      before: viewData(change.before),
      after: viewData(change.after),
      losses: change.losses,
    })),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

function viewData(view: NetworkView) {
  const { services, networks, edges, calls } = view;
  return { services, networks, edges, calls, problems: networkProblems(view) };
}
