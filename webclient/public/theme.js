// Sets the chosen theme before the first paint. A classic script in the head,
// since a module would run too late and the page would flash.
(function () {
  try {
    var theme = localStorage.getItem("relevo.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (e) {
    // No storage: the system's theme it is.
  }
})();
