// Brings the texts of a phone up to date by itself, and keeps the last one in sight. Without it, loading the page anew does the same.
const EVERY_MS = 1200;

for (const part of document.querySelectorAll("[data-refresh]")) {
  const bottom = () => { part.scrollTop = part.scrollHeight; };
  bottom();
  let shown = null;
  const refresh = async () => {
    try {
      const answer = await fetch(part.dataset.refresh, { cache: "no-store" });
      const html = await answer.text();
      if (answer.ok && html !== shown) {
        // The first answer is what the page was made with: replacing it would only lose the place.
        if (shown !== null || html.trim() !== part.innerHTML.trim()) part.innerHTML = html;
        shown = html;
        bottom();
      }
    } catch {
      // The network is being started again; the next round finds it.
    }
    setTimeout(refresh, EVERY_MS);
  };
  setTimeout(refresh, EVERY_MS);
}
