/** Carries connections from a Unix socket into the network namespace that it runs in. */
import { connect, createServer } from 'node:net';

const [path = '', port = ''] = process.argv.slice(2);
createServer((near) => {
  const far = connect(Number(port), '127.0.0.1');
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
}).listen(path);
