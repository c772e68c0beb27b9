/** Task types of the router playbooks: a network device to be locked down. */
import { z } from 'zod';
import { taskType } from './task-type.ts';
import {
  assetTarget,
  caseId,
  documentLink,
  hostOf,
  routerAddress,
  secretReference,
  sha256,
  timestamp,
} from './values.ts';

const router = (input: { readonly router_ip: string }) => [assetTarget(input.router_ip)];
const service = z.enum(['telnet', 'http', 'https', 'ssh_external', 'snmp', 'upnp', 'ftp']);
const finding = z.strictObject({
  id: z.string().min(1).max(128),
  severity: z.enum(['low', 'medium', 'high', 'critical']),
  title: z.string().max(500),
});

export const BackupRouterConfig = taskType({
  name: 'BackupRouterConfig',
  summary: 'Reads the whole configuration and stores it by hash; every later change can be undone from it.',
  input: z.strictObject({ router_ip: routerAddress, case_id: caseId }),
  output: z.strictObject({ backup: sha256, bytes: z.int().min(1), timestamp }),
  targets: router,
});

export const DisableRouterService = taskType({
  name: 'DisableRouterService',
  summary: 'Switches off the named services; one that is off already is no error.',
  input: z.strictObject({ router_ip: routerAddress, services: z.array(service).min(1).max(7) }),
  output: z.strictObject({ disabled: z.array(service), already_disabled: z.array(service) }),
  targets: router,
});

export const ChangeRouterPassword = taskType({
  name: 'ChangeRouterPassword',
  summary: 'Sets a new administrator password that only a secret reference knows.',
  input: z.strictObject({
    router_ip: routerAddress,
    new_password_enc: secretReference
      .nullish()
      .describe('Use this secret instead of generating one; a reference, never a password'),
  }),
  output: z.strictObject({ password_ref: secretReference }),
  targets: router,
});

export const UpdateRouterFirmware = taskType({
  name: 'UpdateRouterFirmware',
  summary: 'Installs a firmware image after checking it; cannot be undone.',
  input: z.strictObject({
    router_ip: routerAddress,
    firmware_url: z
      .string()
      .max(2048)
      .regex(/^https:\/\/[^\s@]+$/)
      .describe('Where the image is; https only'),
    verify_checksum: z.boolean().default(true),
  }),
  output: z.strictObject({
    previous_version: z.string(),
    version: z.string(),
    checksum_verified: z.boolean(),
  }),
  targets: router,
  reaches: (input) => hostOf(input.firmware_url),
});

export const ApplyACL = taskType({
  name: 'ApplyACL',
  summary:
    'Puts these access rules in force; the router returns to the old ones unless we can still reach it.',
  input: z.strictObject({
    router_ip: routerAddress,
    rules: z.array(z.string().min(1).max(500)).min(1).max(1000),
    direction: z.enum(['inbound', 'outbound']),
  }),
  output: z.strictObject({ applied: z.int().min(0), already_present: z.int().min(0) }),
  targets: router,
});

export const EnableRouterLogging = taskType({
  name: 'EnableRouterLogging',
  summary: 'Sends the router’s log to a server.',
  input: z.strictObject({
    router_ip: routerAddress,
    syslog_server: z
      .string()
      .regex(/^[A-Za-z0-9:.-]{1,253}$/)
      .describe('Host name or address'),
    // RFC 5424 table 2, without the three that only systems in ruins send.
    log_level: z.enum(['error', 'warning', 'notice', 'informational', 'debug']),
  }),
  output: z.strictObject({ enabled: z.boolean() }),
  targets: router,
  reaches: (input) => [`host:${input.syslog_server.toLowerCase()}`],
});

export const ScanRouter = taskType({
  name: 'ScanRouter',
  summary: 'Scans the router for known weaknesses; changes nothing.',
  input: z.strictObject({
    router_ip: routerAddress,
    scan_type: z.enum(['authenticated', 'unauthenticated']),
  }),
  output: z.strictObject({ findings: z.array(finding) }),
  targets: router,
});

export const VerifyHardening = taskType({
  name: 'VerifyHardening',
  summary: 'Reads the configuration back and compares it with a checklist and the scan.',
  input: z.strictObject({
    router_ip: routerAddress,
    baseline_checklist: z.array(z.string().min(1).max(500)).max(1000),
    scan_results: z.array(finding).max(10_000),
    backup: sha256.optional().describe('The backup that the configuration is compared with'),
  }),
  output: z.strictObject({
    passed: z.boolean(),
    failed_items: z.array(z.string()),
    changes_applied: z.array(z.string()).describe('Differences from the backup, one sentence each'),
  }),
  targets: router,
});

export const DocumentChanges = taskType({
  name: 'DocumentChanges',
  summary: 'Writes down what was changed since the backup and stores it by hash.',
  input: z.strictObject({
    router_ip: routerAddress,
    case_id: caseId,
    changes: z.array(z.string()).max(10_000),
    timestamp: timestamp.describe('When the backup was taken'),
  }),
  output: z.strictObject({
    document: sha256,
    document_url: documentLink,
    timestamp: timestamp.optional(),
  }),
  targets: router,
});

export const routerTaskTypes = [
  BackupRouterConfig,
  DisableRouterService,
  ChangeRouterPassword,
  UpdateRouterFirmware,
  ApplyACL,
  EnableRouterLogging,
  ScanRouter,
  VerifyHardening,
  DocumentChanges,
] as const;
