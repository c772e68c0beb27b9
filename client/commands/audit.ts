/** The audit record, from outside. Each of its commands is a file in audit/. */
import type { Command } from 'commander';
import { subcommand as checkProof } from './audit/check-proof.ts';
import { subcommand as erase } from './audit/erase.ts';
import { subcommand as exportRecord } from './audit/export.ts';
import { subcommand as keys } from './audit/keys.ts';
import { subcommand as prove } from './audit/prove.ts';
import { subcommand as restore } from './audit/restore.ts';
import { subcommand as seal } from './audit/seal.ts';
import { subcommand as show } from './audit/show.ts';
import { subcommand as tail } from './audit/tail.ts';
import { subcommand as verify } from './audit/verify.ts';

export function command(program: Command): void {
  const audit = program.command('audit').description('The audit record, from outside.');
  for (const add of [verify, show, tail, exportRecord, prove, checkProof, keys, seal, erase, restore])
    add(audit);
}
