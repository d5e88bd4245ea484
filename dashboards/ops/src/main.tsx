// Starts the monitor in the language that was chosen, or that the browser prefers.
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import { loadSpeech } from "./i18n/i18n.ts";
import { isLanguage, preferred } from "./i18n/languages.ts";
import { preference } from "./prefs/prefs.ts";
import "./styles/index.css";

const chosen = preference("language");
const language = isLanguage(chosen) ? chosen : preferred(navigator.languages);
const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
const speech = await loadSpeech(language, preference("zone"));
createRoot(root).render(<App speech={speech} />);
