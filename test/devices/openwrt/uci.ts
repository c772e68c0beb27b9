/**
 * Stands in for OpenWrt's `uci`, which Debian does not have: the simulator's program over a store in a file, so
 * that settings outlive a command. dropbear, the shell, the firewall and the timer around it are real.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { uciProgram, type UciStore } from '../../../simulators/device/uci.ts';

const file = process.env['UCI_STORE'] ?? '';
const store: UciStore = new Map(JSON.parse(readFileSync(file, 'utf8')) as [string, string[]][]);
const words = process.argv.slice(2);
const input = words.includes('batch') ? readFileSync(0, 'utf8') : '';
const { code, stdout } = uciProgram(store, () => undefined)(words, input);
writeFileSync(file, JSON.stringify([...store]));
process.stdout.write(stdout);
process.exitCode = code;
