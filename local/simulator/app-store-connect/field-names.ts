/**
 * Names that `fields[type]` takes, by type of resource: attributes and relationships, as Apple's OpenAPI file 4.4.1
 * lists them for the endpoints that the simulator has.
 */
const names: Readonly<Record<string, string>> = {
  apps: `
    accessibilityUrl name bundleId sku primaryLocale isOrEverWasMadeForKids subscriptionStatusUrl
    subscriptionStatusUrlVersion subscriptionStatusUrlForSandbox
    subscriptionStatusUrlVersionForSandbox contentRightsDeclaration streamlinedPurchasingEnabled
    accessibilityDeclarations appEncryptionDeclarations appStoreIcon ciProduct betaTesters
    betaGroups appStoreVersions appTags preReleaseVersions betaAppLocalizations builds
    betaLicenseAgreement betaAppReviewDetail appInfos appClips appPricePoints
    endUserLicenseAgreement appPriceSchedule appAvailabilityV2 inAppPurchases subscriptionGroups
    gameCenterEnabledVersions perfPowerMetrics appCustomProductPages inAppPurchasesV2
    promotedPurchases appEvents reviewSubmissions subscriptionGracePeriod customerReviews
    customerReviewSummarizations gameCenterDetail appStoreVersionExperimentsV2
    alternativeDistributionKey analyticsReportRequests marketplaceSearchDetail buildUploads
    backgroundAssets betaFeedbackScreenshotSubmissions betaFeedbackCrashSubmissions searchKeywords
    webhooks androidToIosAppMappingDetails`,
  appEncryptionDeclarations: `
    appDescription createdDate usesEncryption exempt containsProprietaryCryptography
    containsThirdPartyCryptography availableOnFrenchStore platform uploadedDate documentUrl
    documentName documentType appEncryptionDeclarationState codeValue app builds
    appEncryptionDeclarationDocument`,
  buildIcons: "iconAsset iconType masked name",
  ciProducts: `
    name createdDate productType app bundleId workflows primaryRepositories additionalRepositories
    buildRuns`,
  betaGroups: `
    name createdDate isInternalGroup hasAccessToAllBuilds publicLinkEnabled publicLinkId
    publicLinkLimitEnabled publicLinkLimit publicLink feedbackEnabled
    iosBuildsAvailableForAppleSiliconMac iosBuildsAvailableForAppleVision app builds betaTesters
    betaRecruitmentCriteria betaRecruitmentCriterionCompatibleBuildCheck`,
  appStoreVersions: `
    platform versionString appStoreState appVersionState copyright reviewType releaseType
    earliestReleaseDate usesIdfa downloadable createdDate app appStoreVersionLocalizations build
    appStoreVersionPhasedRelease gameCenterAppVersion routingAppCoverage appStoreReviewDetail
    appStoreVersionSubmission appClipDefaultExperience appStoreVersionExperiments
    appStoreVersionExperimentsV2 customerReviews alternativeDistributionPackage`,
  preReleaseVersions: "version platform builds app",
  betaAppLocalizations: `
    feedbackEmail marketingUrl privacyPolicyUrl tvOsPrivacyPolicy description locale app`,
  builds: `
    version uploadedDate expirationDate expired minOsVersion lsMinimumSystemVersion
    computedMinMacOsVersion computedMinVisionOsVersion iconAssetToken processingState
    buildAudienceType usesNonExemptEncryption preReleaseVersion individualTesters betaGroups
    betaBuildLocalizations appEncryptionDeclaration betaAppReviewSubmission app buildBetaDetail
    appStoreVersion icons buildBundles buildUpload perfPowerMetrics diagnosticSignatures`,
  betaLicenseAgreements: "agreementText app",
  betaAppReviewDetails: `
    contactFirstName contactLastName contactPhone contactEmail demoAccountName demoAccountPassword
    demoAccountRequired notes app`,
  appInfos: `
    appStoreState state appStoreAgeRating australiaAgeRating brazilAgeRating brazilAgeRatingV2
    franceAgeRating koreaAgeRating kidsAgeBand app ageRatingDeclaration appInfoLocalizations
    primaryCategory primarySubcategoryOne primarySubcategoryTwo secondaryCategory
    secondarySubcategoryOne secondarySubcategoryTwo territoryAgeRatings`,
  appClips: "bundleId app appClipDefaultExperiences appClipAdvancedExperiences",
  endUserLicenseAgreements: "agreementText app territories",
  inAppPurchases: `
    name productId inAppPurchaseType state reviewNote familySharable contentHosting
    inAppPurchaseLocalizations pricePoints content appStoreReviewScreenshot promotedPurchase
    iapPriceSchedule inAppPurchaseAvailability images offerCodes versions`,
  subscriptionGroups: "referenceName subscriptions subscriptionGroupLocalizations versions",
  gameCenterEnabledVersions: "platform versionString iconAsset compatibleVersions app",
  appCustomProductPages: "name url visible app appCustomProductPageVersions",
  promotedPurchases: "visibleForAllUsers enabled state inAppPurchaseV2 subscription",
  appEvents: `
    referenceName badge eventState deepLink purchaseRequirement primaryLocale priority purpose
    territorySchedules archivedTerritorySchedules localizations`,
  reviewSubmissions: `
    platform submittedDate state app items appStoreVersionForReview submittedByActor
    lastUpdatedByActor`,
  subscriptionGracePeriods: "optIn sandboxOptIn duration renewalType",
  gameCenterDetails: `
    arcadeEnabled challengeEnabled app gameCenterAppVersions gameCenterGroup gameCenterLeaderboards
    gameCenterLeaderboardsV2 gameCenterLeaderboardSets gameCenterLeaderboardSetsV2
    gameCenterAchievements gameCenterAchievementsV2 gameCenterActivities gameCenterChallenges
    defaultLeaderboard defaultLeaderboardV2 defaultGroupLeaderboard defaultGroupLeaderboardV2
    achievementReleases activityReleases challengeReleases leaderboardReleases
    leaderboardSetReleases challengesMinimumPlatformVersions`,
  appStoreVersionExperiments: `
    name platform trafficProportion state reviewRequired startDate endDate app latestControlVersion
    controlVersions appStoreVersionExperimentTreatments`,
  androidToIosAppMappingDetails: "packageName appSigningKeyPublicCertificateSha256Fingerprints",
  inAppPurchaseLocalizations: "name locale description state inAppPurchaseV2",
  inAppPurchaseContents: "fileName fileSize url lastModifiedDate inAppPurchaseV2",
  inAppPurchaseAppStoreReviewScreenshots: `
    fileSize fileName sourceFileChecksum imageAsset assetToken assetType uploadOperations
    assetDeliveryState inAppPurchaseV2`,
  inAppPurchasePriceSchedules: "baseTerritory manualPrices automaticPrices",
  inAppPurchaseAvailabilities: "availableInNewTerritories availableTerritories",
  inAppPurchaseImages: `
    fileSize fileName sourceFileChecksum assetToken imageAsset uploadOperations state inAppPurchase`,
  inAppPurchaseOfferCodes: `
    name customerEligibilities productionCodeCount sandboxCodeCount active oneTimeUseCodes
    customCodes prices`,
  inAppPurchaseVersions: "version state inAppPurchase image images localizations",
  inAppPurchasePricePoints: "customerPrice proceeds territory equalizations",
  inAppPurchasePrices: "startDate endDate manual inAppPurchasePricePoint territory",
  appPricePoints: "customerPrice proceeds app equalizations territory",
  appPriceSchedules: "app baseTerritory manualPrices automaticPrices",
  appPrices: "manual startDate endDate appPricePoint territory",
  subscriptionGroupLocalizations: "name customAppName locale state subscriptionGroup",
  subscriptionGroupVersions: "version state subscriptionGroup localizations",
  subscriptions: `
    name productId familySharable state subscriptionPeriod reviewNote groupLevel
    subscriptionLocalizations appStoreReviewScreenshot group introductoryOffers promotionalOffers
    offerCodes prices pricePoints promotedPurchase subscriptionAvailability winBackOffers images
    planAvailabilities versions`,
  subscriptionLocalizations: "name locale description state subscription",
  subscriptionAppStoreReviewScreenshots: `
    fileSize fileName sourceFileChecksum imageAsset assetToken assetType uploadOperations
    assetDeliveryState subscription`,
  subscriptionIntroductoryOffers: `
    startDate endDate duration offerMode numberOfPeriods targetSubscriptionPlanType subscription
    territory subscriptionPricePoint`,
  subscriptionPromotionalOffers: `
    duration name numberOfPeriods offerCode offerMode targetSubscriptionPlanType subscription prices`,
  subscriptionOfferCodes: `
    name customerEligibilities offerEligibility duration offerMode numberOfPeriods totalNumberOfCodes
    productionCodeCount sandboxCodeCount active autoRenewEnabled targetSubscriptionPlanType
    subscription oneTimeUseCodes customCodes prices`,
  subscriptionPrices: "startDate preserved planType territory subscriptionPricePoint",
  subscriptionPricePoints: `
    customerPrice proceeds proceedsYear2 territory equalizations adjustedEqualizations`,
  subscriptionAvailabilities: "availableInNewTerritories availableTerritories",
  winBackOffers: `
    referenceName offerId duration offerMode periodCount
    customerEligibilityPaidSubscriptionDurationInMonths customerEligibilityTimeSinceLastSubscribedInMonths
    customerEligibilityWaitBetweenOffersInMonths startDate endDate priority promotionIntent
    targetSubscriptionPlanType prices`,
  subscriptionImages: `
    fileSize fileName sourceFileChecksum assetToken imageAsset uploadOperations state subscription`,
  subscriptionPlanAvailabilities: "availableInNewTerritories planType availableTerritories",
  subscriptionVersions: "version state subscription image images localizations",
  territories: "currency",
  users: "username firstName lastName roles allAppsVisible provisioningAllowed visibleApps",
  webhooks: "enabled eventTypes name url app deliveries",
  webhookDeliveries: "createdDate deliveryState errorMessage redelivery sentDate request response event",
  webhookEvents: "eventType payload ping createdDate",
};

/** Names of the first kind of in-app purchase resource, which the endpoints of apps still take. */
export const formerInAppPurchaseFields = ["referenceName", "apps"] as const;

/** Allowed names by type. */
export const fieldNames: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(names).map(([type, list]) => [type, list.trim().split(/\s+/)]),
);
