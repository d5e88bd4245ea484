// Runs before the first paint: sets theme, density, language and direction of the page as they were last time.
(() => {
    const root = document.documentElement;
    const kept = (name) => {
        try {
            return localStorage.getItem(`ops.${name}`);
        } catch {
            return null;
        }
    };
    const theme = kept("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const density = kept("density");
    if (density === "compact" || density === "comfortable") root.dataset.density = density;
    const language = kept("language");
    if (language && /^[a-zA-Z-]{2,5}$/.test(language)) {
        root.lang = language;
        root.dir = /^(ar|fa|he)$/.test(language) ? "rtl" : "ltr";
    }
})();
