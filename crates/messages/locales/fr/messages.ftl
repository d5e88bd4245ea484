### Français.
### Adresse : « vous », cordial et professionnel. Sans accord qui suppose le genre de la personne qui lit.
### Espaces insécables (U+00A0) avant « : », « ! », « ? », « » » et après « « ».

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } point
    [many] { $points } de points
   *[other] { $points } points
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } point
    [many] { $balance } de points
   *[other] { $balance } points
}
n-days = { PLURAL($days) ->
    [one] { $days } jour
    [many] { $days } de jours
   *[other] { $days } jours
}
greeting = { $named ->
    [yes] Bonjour { $name },
   *[no] Bonjour,
}
signature = L’équipe { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } de réduction
    [percent] { $percent } de réduction
    [shipping] livraison offerte
   *[product] { $product } en cadeau
}
# Suit « pour ».
source = { $source ->
    [order] votre commande { $order }
    [signup] la création de votre compte
    [newsletter] votre inscription à notre newsletter
    [review] votre avis
    [birthday] votre anniversaire
    [referral] votre parrainage
    [campaign] votre participation à une opération
   *[other] votre fidélité
}
reason = { $reason ->
    [refund] remboursement de la commande { $order }
    [cancellation] annulation de la commande { $order }
   *[correction] correction par la boutique { $shop }
}

action-points = Voir vos points
action-rewards = Voir vos récompenses
action-redeem = Échanger maintenant
action-use = Utiliser vos points
action-shop = Aller à la boutique
action-benefits = Voir vos avantages
action-share = Partager votre lien
action-download = Télécharger vos données

## Messages

welcome-subject = Bienvenue dans le programme de fidélité { $shop }
welcome-body = Merci d’avoir rejoint le programme de fidélité { $shop }. { $has-points ->
    [yes] Votre cadeau de bienvenue : { n-points }.
   *[no] Désormais, chaque achat vous rapporte des points.
}
welcome-sms = { $shop } : Bienvenue dans notre programme de fidélité ! { $has-points ->
    [yes] Votre cadeau de bienvenue : { n-points }.
   *[no] Chaque achat vous rapporte des points.
}

points-earned-subject = Vous avez gagné { n-points }
points-earned-body =
    Vous avez gagné { n-points } pour { source }.
    Votre nouveau solde : { n-balance }.
points-earned-sms = { $shop } : Vous avez gagné { n-points }. Votre nouveau solde : { n-balance }.

points-adjusted-subject = Votre solde de points a changé
points-adjusted-body =
    { $change ->
        [added] Nous avons ajouté { n-points } à votre compte.
       *[removed] Nous avons retiré { n-points } de votre compte.
    }
    Motif : { reason }
    Votre nouveau solde : { n-balance }.
points-adjusted-sms = { $shop } : { $change ->
    [added] Nous avons ajouté { n-points } à votre compte.
   *[removed] Nous avons retiré { n-points } de votre compte.
} Votre nouveau solde : { n-balance }.

points-redeemed-subject = Vous avez échangé { n-points }
points-redeemed-body =
    Vous avez échangé { n-points } contre cette récompense : { $reward }
    Votre nouveau solde : { n-balance }.
points-redeemed-sms = { $shop } : Vous avez échangé { n-points } contre « { $reward } ». Votre nouveau solde : { n-balance }.

points-returned-subject = Vos points sont de retour
points-returned-body =
    Votre récompense « { $reward } » n’a pas pu être délivrée ou a été annulée. Nous avons donc rendu { n-points } à votre compte.
    Votre nouveau solde : { n-balance }.
points-returned-sms = { $shop } : Votre récompense « { $reward } » a été annulée. Nous avons rendu { n-points } à votre compte. Votre nouveau solde : { n-balance }.

points-expiring-subject = Utilisez { n-points } jusqu’au { $date }
points-expiring-body =
    Dans { n-days }, vous perdrez { n-points } arrivant à expiration.
    Utilisez vos points jusqu’au { $date }. Votre solde : { n-balance }.
points-expiring-sms = { $shop } : Dans { n-days }, vous perdrez { n-points }. Utilisez vos points jusqu’au { $date }. Votre solde : { n-balance }.

points-expired-subject = Certains de vos points ont expiré
points-expired-body =
    Nous avons retiré { n-points } de votre compte, car la date d’expiration est passée.
    Votre nouveau solde : { n-balance }.
points-expired-sms = { $shop } : Nous avons retiré { n-points } de votre compte, car la date d’expiration est passée. Votre nouveau solde : { n-balance }.

reward-available-subject = Une récompense vous attend
reward-available-body =
    Votre solde de { n-balance } suffit pour cette récompense : { $reward }
    Vous pouvez l’obtenir contre { n-points }.
reward-available-sms = { $shop } : Votre solde : { n-balance }. Échangez { n-points } contre « { $reward } ».

reward-issued-subject = Votre récompense : { $reward }
reward-issued-body =
    Votre récompense est prête : { $reward }
    Code : { $code }
    { $has-date ->
        [yes] Valable jusqu’au : { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Minimum d’achat : { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop } : Votre code pour « { $reward } » : { $code }. { $has-date ->
    [yes] Valable jusqu’au { $date }.
   *[no] {""}
}

reward-expiring-subject = Votre récompense expire bientôt
reward-expiring-body =
    Votre récompense « { $reward } » expire dans { n-days }, le { $date }.
    Code : { $code }
reward-expiring-sms = { $shop } : Votre récompense « { $reward } » expire dans { n-days }, le { $date }. Code : { $code }

store-credit-issued-subject = { $amount } d’avoir pour vous
store-credit-issued-body = Nous avons ajouté un avoir de { $amount } à votre compte. Vous pouvez l’utiliser lors du paiement.
store-credit-issued-sms = { $shop } : Nous avons ajouté un avoir de { $amount } à votre compte. Vous pouvez l’utiliser lors du paiement.

tier-upgraded-subject = Vous avez atteint le niveau { $tier }
tier-upgraded-body = Félicitations ! Vous avez atteint le niveau « { $tier } ». Profitez de vos nouveaux avantages.
tier-upgraded-sms = { $shop } : Félicitations ! Vous avez atteint le niveau « { $tier } ». Profitez de vos nouveaux avantages.

tier-downgraded-subject = Votre niveau a changé
tier-downgraded-body =
    Votre nouveau niveau : « { $tier } ».
    Chaque achat vous rapproche du niveau supérieur.
tier-downgraded-sms = { $shop } : Votre nouveau niveau : « { $tier } ». Chaque achat vous rapproche du niveau supérieur.

birthday-subject = { $shop } vous souhaite un joyeux anniversaire
birthday-body =
    Joyeux anniversaire ! Notre cadeau : { n-points }.
    Votre nouveau solde : { n-balance }.
birthday-sms = { $shop } : Joyeux anniversaire ! Notre cadeau : { n-points }. Votre nouveau solde : { n-balance }.

referral-link-subject = Recommandez { $shop } à vos proches
referral-link-body =
    Votre lien personnel est prêt. Partagez-le avec vos proches et recevez, vous aussi, une récompense.
    Vos proches reçoivent : { benefit }
    Votre code : { $code }
referral-link-sms = { $shop } : Partagez votre code { $code } avec vos proches. Leur cadeau : { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } vous recommande { $shop }
   *[no] On vous recommande { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } pense que la boutique { $shop } vous plaira.
       *[no] Une personne de votre entourage pense que la boutique { $shop } vous plaira.
    }
    Votre cadeau de bienvenue : { benefit }
    Code : { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } vous recommande { $shop }.
   *[no] On vous recommande { $shop }.
} Votre cadeau de bienvenue : { benefit }. Code : { $code }

referral-completed-subject = Merci pour votre recommandation
referral-completed-body =
    Votre recommandation a donné lieu à une première commande.
    Votre récompense : { benefit }
referral-completed-sms = { $shop } : Votre recommandation a donné lieu à une première commande. Votre récompense : { benefit }

referral-gift-subject = Votre cadeau de bienvenue chez { $shop }
referral-gift-body =
    Merci de nous avoir rejoints sur recommandation.
    Votre cadeau : { benefit }
    { $has-code ->
        [yes] Code : { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop } : Merci de nous rejoindre. Votre cadeau : { benefit }. { $has-code ->
    [yes] Code : { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign } : points × { $factor }
campaign-started-body =
    L’opération « { $campaign } » a commencé : vos achats rapportent maintenant des points × { $factor }.
    Fin : { $ends }
campaign-started-sms = { $shop } : « { $campaign } » a commencé : vos achats rapportent des points × { $factor }. Fin : { $ends }

win-back-subject = Vous nous manquez chez { $shop }
win-back-body =
    Votre dernière commande remonte à un certain temps.
    Il vous reste { n-balance } à utiliser.
win-back-sms = { $shop } : Vous nous manquez ! Il vous reste { n-balance } à utiliser.

data-request-received-subject = Nous avons reçu votre demande
data-request-received-body =
    { $request ->
        [export] Nous avons reçu votre demande de copie de vos données.
       *[erasure] Nous avons reçu votre demande de suppression de vos données.
    }
    Nous la traiterons au plus tard le { $date }.
data-request-received-sms = { $shop } : { $request ->
    [export] Nous avons reçu votre demande de copie de vos données.
   *[erasure] Nous avons reçu votre demande de suppression de vos données.
} Nous la traiterons au plus tard le { $date }.

data-export-ready-subject = Vos données sont prêtes
data-export-ready-body = La copie de vos données est prête. Vous pouvez la télécharger jusqu’au { $date }.
data-export-ready-sms = { $shop } : La copie de vos données est prête. Vous pouvez la télécharger jusqu’au { $date }.

data-erased-subject = Vos données ont été supprimées
data-erased-body = Comme demandé, nous avons supprimé vos données personnelles de notre programme de fidélité.
data-erased-sms = { $shop } : Comme demandé, nous avons supprimé vos données personnelles de notre programme de fidélité.
