/** Task types of the device playbooks: an endpoint that an intruder controls. */
import { z } from 'zod';
import { taskType } from './task-type.ts';
import {
  assetTarget,
  caseId,
  deviceId,
  documentLink,
  domainName,
  indicator,
  mailDomainOf,
  processId,
  processIdentity,
  sha256,
  storedItems,
  timestamp,
} from './values.ts';

const device = (input: { readonly device_id: string }) => [assetTarget(input.device_id)];

export const DetectAnomaly = taskType({
  name: 'DetectAnomaly',
  summary: 'Reads the device’s query log and says which processes and connections look like an intruder’s.',
  input: z.strictObject({
    device_id: deviceId,
    osquery_log: z.string().min(1).max(1024).describe('Where the collector keeps the log of this device'),
  }),
  output: z.strictObject({
    anomalous: z.boolean(),
    malicious_pids: z.array(processId),
    processes: z.array(processIdentity).describe('Which processes those ids meant in the log'),
    c2_domains: z.array(domainName),
    iocs: z.array(indicator),
    summary: z.string().describe('What was seen, and in how much of the log'),
  }),
  targets: device,
});

export const NetworkIsolate = taskType({
  name: 'NetworkIsolate',
  summary: 'Moves the device into a quarantine network; the network it came from is kept for undo.',
  input: z.strictObject({
    device_id: deviceId,
    vlan_id: z.int().min(1).max(4094).describe('IEEE 802.1Q VLAN id of the quarantine network'),
  }),
  output: z.strictObject({ isolated: z.boolean(), previous_vlan: z.int().nullable() }),
  targets: device,
});

export const CollectForensics = taskType({
  name: 'CollectForensics',
  summary: 'Collects the named kinds of evidence from the device and stores them by hash.',
  input: z.strictObject({
    device_id: deviceId,
    case_id: caseId,
    artifacts: z
      .array(z.enum(['memory', 'disk', 'logs']))
      .min(1)
      .max(3),
  }),
  output: z.strictObject({
    artifact: sha256.describe('SHA-256 of the manifest, which lists every item'),
    items: storedItems,
    summary: z.string(),
  }),
  targets: device,
});

export const TerminateProcesses = taskType({
  name: 'TerminateProcesses',
  summary: 'Ends the named processes; one that has already ended is no error.',
  input: z.strictObject({
    device_id: deviceId,
    process_ids: z.array(processId).max(1000),
    processes: z
      .array(processIdentity)
      .max(1000)
      .default([])
      .describe('Which processes are meant; one whose identity is not given, or has changed, is not ended'),
  }),
  output: z.strictObject({ terminated: z.array(processId), already_gone: z.array(processId) }),
  targets: device,
});

export const BlockDomains = taskType({
  name: 'BlockDomains',
  summary: 'Makes the organisation’s resolvers answer that these domains do not exist.',
  input: z.strictObject({ domains: z.array(domainName).max(1000), scope: z.enum(['organization']) }),
  output: z.strictObject({ blocked: z.array(domainName), already_blocked: z.array(domainName) }),
  // What is changed is the resolver; an intruder's domain is no asset of ours.
  targets: (input) => [`dns:${input.scope}`],
});

const credentialType = z.enum(['oauth', 'certificates', 'vpn']);

export const RevokeCredentials = taskType({
  name: 'RevokeCredentials',
  summary: 'Revokes what the device could still sign in with.',
  input: z.strictObject({ device_id: deviceId, credential_types: z.array(credentialType).min(1).max(3) }),
  output: z.strictObject({
    revoked: z.array(
      z.strictObject({
        type: credentialType,
        count: z.int().min(0).nullable().describe('Null: done by a person, who did not count'),
      }),
    ),
  }),
  targets: device,
});

export const CreateIncidentReport = taskType({
  name: 'CreateIncidentReport',
  summary: 'Writes the incident report and stores it by hash.',
  input: z.strictObject({
    case_id: caseId,
    device_id: deviceId,
    findings: z.string().max(100_000),
    indicators: z.array(indicator).max(10_000),
  }),
  output: z.strictObject({ report: sha256, report_url: documentLink, timestamp: timestamp.optional() }),
  targets: device,
});

export const NotifyTeam = taskType({
  name: 'NotifyTeam',
  summary: 'Tells a team through its channel, once.',
  input: z.strictObject({
    channel: z.string().regex(/^[A-Za-z0-9#][A-Za-z0-9._#@-]{0,127}$/),
    severity: z.enum(['low', 'medium', 'high', 'critical']),
    message: z.string().min(1).max(4000),
    report_url: documentLink.optional(),
  }),
  output: z.strictObject({ message_id: z.string() }),
  targets: (input) => [assetTarget(input.channel)],
  reaches: (input) => mailDomainOf(input.channel),
});

export const deviceTaskTypes = [
  DetectAnomaly,
  NetworkIsolate,
  CollectForensics,
  TerminateProcesses,
  BlockDomains,
  RevokeCredentials,
  CreateIncidentReport,
  NotifyTeam,
] as const;
