//! The numbers of French départements, by which people call their administrations: `DDT 91`, `CD92`.
//!
//! Source: INSEE, Code officiel géographique. Names are folded, without elided articles.

use crate::words::Words;

const DEPARTMENTS: &str = "\
    01 ain,02 aisne,03 allier,04 alpes de haute provence,05 hautes alpes,06 alpes maritimes,07 ardeche,08 ardennes,09 ariege,\
    10 aube,11 aude,12 aveyron,13 bouches du rhone,14 calvados,15 cantal,16 charente,17 charente maritime,18 cher,19 correze,\
    2a corse du sud,2b haute corse,21 cote or,22 cotes armor,23 creuse,24 dordogne,25 doubs,26 drome,27 eure,28 eure et loir,\
    29 finistere,30 gard,31 haute garonne,32 gers,33 gironde,34 herault,35 ille et vilaine,36 indre,37 indre et loire,38 isere,\
    39 jura,40 landes,41 loir et cher,42 loire,43 haute loire,44 loire atlantique,45 loiret,46 lot,47 lot et garonne,48 lozere,\
    49 maine et loire,50 manche,51 marne,52 haute marne,53 mayenne,54 meurthe et moselle,55 meuse,56 morbihan,57 moselle,\
    58 nievre,59 nord,60 oise,61 orne,62 pas de calais,63 puy de dome,64 pyrenees atlantiques,65 hautes pyrenees,\
    66 pyrenees orientales,67 bas rhin,68 haut rhin,69 rhone,70 haute saone,71 saone et loire,72 sarthe,73 savoie,\
    74 haute savoie,75 paris,76 seine maritime,77 seine et marne,78 yvelines,79 deux sevres,80 somme,81 tarn,82 tarn et garonne,\
    83 var,84 vaucluse,85 vendee,86 vienne,87 haute vienne,88 vosges,89 yonne,90 territoire de belfort,91 essonne,\
    92 hauts de seine,93 seine saint denis,94 val de marne,95 val oise,971 guadeloupe,972 martinique,973 guyane,974 la reunion,\
    976 mayotte";

/// The number of the département in a name: of the longest name of one that is in it.
pub(crate) fn number(name: &str) -> Option<&'static str> {
    let words = folded(name);
    let is_in = |department: &str| words.contains(&format!(" {department} "));
    let all = DEPARTMENTS.split(',').filter_map(|entry| entry.split_once(' '));
    let found =
        all.filter(|(_number, department)| is_in(department)).max_by_key(|(_number, department)| department.len());
    found.map(|(number, _department)| number)
}

/// What people write before or beside the number: `92`, and `cd92` for a council.
pub(crate) fn short_names(name: &str) -> Vec<String> {
    let Some(number) = number(name) else { return Vec::new() };
    let words = folded(name);
    let mut names = vec![number.to_owned()];
    if ["departement", "departemental", "conseil general"].iter().any(|word| words.contains(&format!(" {word} "))) {
        names.push(format!("cd{number}"));
    }
    names
}

fn folded(name: &str) -> String {
    let (mut words, mut word, mut all) = (Words::of(name), String::new(), String::from(" "));
    while words.next_into(&mut word).is_some() {
        all.push_str(&word);
        all.push(' ');
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn administrations_are_known_by_the_number_of_their_department() {
        for (name, names) in [
            ("Département des Hauts-de-Seine", &["92", "cd92"][..]),
            ("Conseil départemental de l'Isère", &["38", "cd38"]),
            ("Conseil général de l'Oise", &["60", "cd60"]),
            ("Direction Départementale des Territoires du Val-d'Oise", &["95"]),
            ("DDTM Loire-Atlantique", &["44"]),
            ("Préfecture de Seine-et-Marne", &["77"]),
            ("Météo-France", &[]),
            ("Nordest", &[]),
        ] {
            assert_eq!(short_names(name), names, "{name}");
        }
    }

    #[test]
    fn there_are_a_hundred_and_one_departments() {
        let entries: Vec<_> = DEPARTMENTS.split(',').map(|entry| entry.split_once(' ')).collect();
        assert_eq!(entries.len(), 101);
        assert!(entries.iter().all(Option::is_some));
    }
}
