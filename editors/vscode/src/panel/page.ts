// The document of the panel: no network, nothing inline, only our own script and style.
import { SECTIONS } from "./view";

/** The policy: everything is refused but the two files that carry the nonce. */
export function policy(nonce: string): string {
  return `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
}

export function page(script: string, style: string, nonce: string): string {
  const hosts = SECTIONS.map((name) => `<section id="${name}"${name === "head" ? "" : ` aria-live="polite"`}></section>`).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(nonce)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Diagnosis</title>
<link rel="stylesheet" nonce="${nonce}" href="${style}">
</head>
<body>
<main>
${hosts}
</main>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
