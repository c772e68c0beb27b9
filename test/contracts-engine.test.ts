import { engineContract } from './contracts/engine.ts';
import { cedarWith } from './policy/questions.ts';

const RULES = `
@id("look") @reason("looking changes nothing")
permit (principal, action == Action::"ListFilters", resource);
@id("recover") @reason("accounts are taken back")
permit (principal, action == Action::"RotatePassword", resource);
@id("person") @reason("a person agrees first") @obligation("approval:1")
forbid (principal, action == Action::"RotatePassword", resource) unless { context.approvals >= 1 };
`;

engineContract('Cedar', () => cedarWith(RULES));
