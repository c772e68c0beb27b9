/** Task types for endpoints under an endpoint-detection service, which reaches them wherever they are. */
import { z } from 'zod';
import { taskType } from './task-type.ts';
import { assetTarget, caseId, deviceId, domainName, sha256, storedItems } from './values.ts';

const endpoint = (input: { readonly device_id: string }) => [assetTarget(input.device_id)];
const comment = z
  .string()
  .min(1)
  .max(400)
  .default('Contained by a security playbook')
  .describe('Shown beside the action in the service');
const action = {
  machine_id: z.string().describe('The endpoint, by the service’s own id'),
  action_id: z.string().nullable().describe('The service’s action; null when nothing had to be done'),
};

export const IsolateEndpoint = taskType({
  name: 'IsolateEndpoint',
  summary: 'Cuts the endpoint off from every network but the service’s own, and waits until it is.',
  input: z.strictObject({
    device_id: deviceId,
    isolation: z
      .enum(['full', 'selective'])
      .default('full')
      .describe('`selective` leaves mail and chat of the user working'),
    comment,
  }),
  output: z.strictObject({ ...action, isolated: z.boolean(), already: z.boolean() }),
  targets: endpoint,
});

export const ReleaseEndpoint = taskType({
  name: 'ReleaseEndpoint',
  summary: 'Ends the isolation of an endpoint, and waits until it has ended.',
  input: z.strictObject({ device_id: deviceId, comment }),
  output: z.strictObject({ ...action, isolated: z.boolean(), already: z.boolean() }),
  targets: endpoint,
});

export const CollectInvestigationPackage = taskType({
  name: 'CollectInvestigationPackage',
  summary: 'Has the service collect its investigation package from the endpoint, and stores it by hash.',
  input: z.strictObject({ device_id: deviceId, case_id: caseId, comment }),
  output: z.strictObject({
    ...action,
    artifact: sha256.describe('SHA-256 of the manifest, which lists the package'),
    items: storedItems,
  }),
  targets: endpoint,
});

export const StopAndQuarantineFile = taskType({
  name: 'StopAndQuarantineFile',
  summary: 'Ends every process of a file on the endpoint and moves the file out of reach.',
  input: z.strictObject({
    device_id: deviceId,
    sha1: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .describe('SHA-1 of the file, the only hash this action takes'),
    comment,
  }),
  output: z.strictObject({ ...action, quarantined: z.boolean() }),
  targets: endpoint,
});

export const BlockIndicators = taskType({
  name: 'BlockIndicators',
  summary: 'Has every managed endpoint refuse these files, addresses and domains.',
  input: z.strictObject({
    indicators: z
      .array(
        z.strictObject({
          type: z.enum(['sha1', 'sha256', 'domain', 'ip']),
          value: z.union([domainName, z.string().regex(/^[0-9A-Fa-f:.]{2,64}$/)]),
        }),
      )
      .min(1)
      .max(500),
    title: z.string().min(1).max(200).default('Blocked by a security playbook'),
    expires_days: z.int().min(1).max(365).default(90),
  }),
  output: z.strictObject({
    blocked: z.array(z.strictObject({ id: z.string(), value: z.string() })),
    already_blocked: z.array(z.string()),
  }),
  // What is changed is the list that all endpoints follow; an intruder's domain is no asset of ours.
  targets: () => ['edr:indicators'],
});

export const edrTaskTypes = [
  IsolateEndpoint,
  ReleaseEndpoint,
  CollectInvestigationPackage,
  StopAndQuarantineFile,
  BlockIndicators,
] as const;
