/**
 * Stands in for OpenWrt's `uci`, which Debian does not have: the simulator's program over a store in a file, so
 * that settings outlive a command. The file is named by UCI_STORE.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { uciProgram } from '../../device/uci.ts';
import { readStore, storeFile } from './store.ts';

const changes: string[] = [];
const store = readStore();
const words = process.argv.slice(2);
const input = words.includes('batch') ? readFileSync(0, 'utf8') : '';
const { code, stdout } = uciProgram(store, (what) => void changes.push(what))(words, input);
if (changes.length > 0) {
  const written = `${storeFile()}.${process.pid}`;
  writeFileSync(written, JSON.stringify([...store]));
  renameSync(written, storeFile());
}
process.stdout.write(stdout);
process.exitCode = code;
