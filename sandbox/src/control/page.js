// Keeps the page up to date: fetches it anew and swaps the parts that changed. Without it the page works, too.
(() => {
  const box = document.getElementById("refresh");
  box.closest("label").hidden = false;
  let busy = false;
  const refresh = async () => {
    if (busy || !box.checked || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const id of ["faults", "requests", "count"]) swap(document.getElementById(id), fresh.getElementById(id));
    } catch {
      document.getElementById("count").textContent = "The sandbox does not answer.";
    }
    busy = false;
  };
  const swap = (old, fresh) => {
    for (const open of old.querySelectorAll("details[open]")) {
      const same = fresh.querySelector(`details[data-n="${open.dataset.n}"]`);
      if (same) same.open = true;
    }
    if (old.innerHTML === fresh.innerHTML || old.contains(document.activeElement)) return;
    old.replaceWith(document.adoptNode(fresh));
  };
  setInterval(refresh, 2000);
})();
