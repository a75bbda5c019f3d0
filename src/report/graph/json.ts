import { networkProblems } from '../../harden/network-problems';
import type { NetworkChange, NetworkView } from '../../harden/networks';
import { json } from '../text/json';
import type { Text } from '../text/text';

/** The networks of several projects for programs; versioned like the report. */
export function networksJson(
  projects: readonly { path: string; change: NetworkChange }[],
  tool: { name: string; version: string },
): Text<'json'> {
  const data = {
    version: 1,
    tool,
    projects: projects.map(({ path, change }) => ({
      path,
      before: viewData(change.before),
      after: viewData(change.after),
      losses: change.losses,
      ...(change.lossesLeftOut !== undefined && { lossesLeftOut: change.lossesLeftOut }),
    })),
  };
  return json(data, 2);
}

function viewData(view: NetworkView) {
  const { services, networks, edges, edgesLeftOut, calls } = view;
  return { services, networks, edges, ...(edgesLeftOut !== undefined && { edgesLeftOut }), calls, problems: networkProblems(view) };
}
