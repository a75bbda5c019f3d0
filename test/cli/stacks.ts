/** Images that something is known about, and some that nothing is. */
const IMAGES = ['nginx:1.27', 'postgres:16', 'redis:7', 'acme/api:1', 'acme/worker:1', 'acme/shop:1'];

/** A project of so many services; those of one image are all alike. */
export function stackOf(services: number): string {
  const lines = Array.from({ length: services }, (_, index) => {
    const image = IMAGES[index % IMAGES.length]!;
    return `  ${/^[^:]*\/?\b(\w+):/.exec(image)![1]}${Math.floor(index / IMAGES.length)}:\n    image: ${image}\n`;
  });
  return `services:\n${lines.join('')}`;
}
