//! The recipes, which know nothing of counting but that each has a slug.

#[cfg(feature = "ssr")]
use view_counter::Slug;

pub struct Recipe {
    /// Names it in addresses, and in the counter.
    pub slug: &'static str,
    pub title: &'static str,
    pub minutes: u32,
    pub about: &'static str,
    pub ingredients: &'static [&'static str],
    pub steps: &'static [&'static str],
}

impl Recipe {
    pub fn named(slug: &str) -> Option<&'static Self> {
        RECIPES.iter().find(|recipe| recipe.slug == slug)
    }

    pub fn path(&self) -> String {
        format!("/recipes/{}", self.slug)
    }

    /// The one after it; the first, after the last.
    pub fn next(&self) -> &'static Self {
        let at = RECIPES.iter().position(|recipe| recipe.slug == self.slug);
        &RECIPES[at.map_or(0, |at| at + 1) % RECIPES.len()]
    }
}

/// What is counted: nothing but these.
#[cfg(feature = "ssr")]
pub fn slugs() -> Result<Vec<Slug>, view_counter::SlugError> {
    RECIPES.iter().map(|recipe| recipe.slug.parse()).collect()
}

pub static RECIPES: [Recipe; 3] = [
    Recipe {
        slug: "onion-soup",
        title: "Onion soup",
        minutes: 75,
        about: "Mostly waiting, and the kitchen smells of it until tomorrow.",
        ingredients: &[
            "1 kg onions, in thin half rings",
            "50 g butter",
            "1 tablespoon flour",
            "200 ml dry white wine",
            "1 litre beef or mushroom stock",
            "4 slices of old bread",
            "120 g Gruyère, grated",
        ],
        steps: &[
            "Melt the butter in a heavy pot and cook the onions in it over low heat for 45 minutes, until they are brown and sweet. Stir now and then; do not hurry them.",
            "Stir in the flour for a minute, then the wine, and let it boil away by half.",
            "Add the stock, and simmer for 20 minutes. Salt it last.",
            "Toast the bread, put it on the soup in bowls that can stand heat, cover it with the cheese, and grill until it blisters.",
        ],
    },
    Recipe {
        slug: "shakshuka",
        title: "Shakshuka",
        minutes: 30,
        about: "Eggs in a sharp tomato sauce, eaten from the pan.",
        ingredients: &[
            "1 onion and 1 red pepper, diced",
            "3 cloves of garlic, sliced",
            "1 teaspoon each of cumin and sweet paprika",
            "A pinch of chilli",
            "800 g tinned tomatoes",
            "5 eggs",
            "Parsley and bread",
        ],
        steps: &[
            "Soften the onion and the pepper in olive oil for ten minutes. Add the garlic and the spices for one more.",
            "Add the tomatoes, and simmer until a spoon leaves a trace, about ten minutes. Salt it.",
            "Make five hollows, break an egg into each, cover, and cook for six minutes: the whites are set and the yolks are not.",
        ],
    },
    Recipe {
        slug: "flatbread",
        title: "Flatbread",
        minutes: 25,
        about: "No yeast, no oven, no excuse.",
        ingredients: &[
            "250 g flour",
            "1 teaspoon baking powder",
            "Half a teaspoon of salt",
            "200 g yoghurt",
            "Oil for the pan",
        ],
        steps: &[
            "Mix everything but the oil into a soft dough, and knead it for two minutes. Let it rest for ten.",
            "Roll out six rounds, as thin as they go.",
            "Bake each in a very hot pan with a film of oil, for a minute on either side.",
        ],
    },
];
