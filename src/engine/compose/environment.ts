import { homedir } from 'node:os';
import path from 'node:path';
import type { Environment } from '../client/endpoint';

/**
 * The environment Compose is run with. The `.env` of a project speaks to Compose, too, and to the programs it starts, but not about what is set
 * already: which Engine, whose credentials, and that nothing is fetched from Git or a registry to be a Compose file.
 *
 * @param engine the address of the Engine, as DOCKER_HOST has it.
 * @see https://docs.docker.com/compose/how-tos/environment-variables/envvars/
 */
export function composeEnvironment(env: Environment, engine: string): Environment {
  return {
    ...env,
    DOCKER_HOST: engine,
    DOCKER_CONFIG: env.DOCKER_CONFIG ?? path.join(env.HOME ?? homedir(), '.docker'),
    // Compose asks for both by default. Source: https://github.com/docker/compose/tree/main/pkg/remote
    COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false',
    COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'false',
    // A project of the trial's has no orphans, and nobody else's are to be removed.
    COMPOSE_REMOVE_ORPHANS: 'false',
    COMPOSE_IGNORE_ORPHANS: 'true',
  };
}
