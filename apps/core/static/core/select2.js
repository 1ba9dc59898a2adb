"use strict";

// Unfold's lists of choices speak English: it leaves out the French that select2 ships. This runs before them, for
// jQuery, which they wait for, listens later than a script of the head does.
document.addEventListener("DOMContentLoaded", () => {
    const select2 = window.django?.jQuery?.fn.select2;
    if (!select2) return;
    const signs = (count) => `${count} caractère${count > 1 ? "s" : ""}`;
    select2.defaults.set("language", {
        errorLoading: () => "Les résultats ne peuvent pas être chargés.",
        inputTooLong: ({ input, maximum }) => `Supprimez ${signs(input.length - maximum)}`,
        inputTooShort: ({ input, minimum }) => `Saisissez au moins ${signs(minimum - input.length)}`,
        loadingMore: () => "Chargement de résultats supplémentaires…",
        maximumSelected: ({ maximum }) => `Vous pouvez choisir au plus ${maximum} élément${maximum > 1 ? "s" : ""}`,
        noResults: () => "Aucun résultat trouvé",
        searching: () => "Recherche en cours…",
        removeAllItems: () => "Supprimer tous les éléments",
        removeItem: () => "Supprimer cet élément",
        search: () => "Rechercher",
    });
});
