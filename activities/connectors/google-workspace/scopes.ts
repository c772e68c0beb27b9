/** Least scopes, as they are granted to the service account in the Admin console. */
const AUTH = 'https://www.googleapis.com/auth/';

export const MAIL_SETTINGS = `${AUTH}gmail.settings.basic`;
/** Forwarding and delegates. Google takes it from service accounts with domain-wide delegation only. */
export const MAIL_SHARING = `${AUTH}gmail.settings.sharing`;
export const READ_USERS = `${AUTH}admin.directory.user.readonly`;
export const CHANGE_USERS = `${AUTH}admin.directory.user`;
/** Grants, app passwords and sign-out. There is no narrower scope, and none that only reads. */
export const USER_SECURITY = `${AUTH}admin.directory.user.security`;
export const READ_REPORTS = `${AUTH}admin.reports.audit.readonly`;
